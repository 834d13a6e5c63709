package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.device.HostMemory;
import org.borealis.tensor.composite.Fusion;

/** Fusions, run by loops over the processor's memory. */
final class Fusions {
    private Fusions() {}

    static void bind(Binding binding, Fusion fusion, List<View> in, List<View> out) {
        if (!(binding.place() instanceof Host host)) {
            throw new IllegalStateException("a fusion is claimed on the processor only");
        }
        var known = new HashMap<Range, MemorySegment>();
        var kernel = host.bind(fusion, segments(in, known), segments(out, known));
        binding.closes(kernel);
        binding.step(kernel::run);
    }

    private record Range(long address, long bytes) {}

    /** One segment for each range: an output in the place of an input is to be that input's very segment. */
    private static List<MemorySegment> segments(List<View> views, Map<Range, MemorySegment> known) {
        return views.stream()
                .map(view -> new Range(view.address(), view.bytes()))
                .map(range -> known.computeIfAbsent(range, each -> HostMemory.at(each.address(), each.bytes())))
                .toList();
    }
}
