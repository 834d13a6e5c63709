package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.borealis.device.Kernel;
import org.borealis.device.Loops;
import org.borealis.device.Workers;
import org.borealis.tensor.DataType;
import org.borealis.tensor.composite.Fusion;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** The processor and its memory. Nothing is queued. */
final class Host implements Place {
    private final Processor processor = Processor.detect();
    private final Scratch scratch = new Scratch();
    private final Optional<Loops> loops;
    private final Optional<Workers> workers;
    private long taken;

    /** @param loops run fusions, with as many threads as libtorch has */
    Host(Optional<Loops> loops) {
        this.loops = loops;
        workers = loops.map(each -> each.workers(torch.get_num_threads()));
    }

    boolean accepts(Fusion fusion) {
        return loops.isPresent() && loops.get().accepts(fusion);
    }

    Kernel bind(Fusion fusion, List<MemorySegment> inputs, List<MemorySegment> outputs) {
        return loops.orElseThrow().bind(fusion, inputs, outputs, workers.orElseThrow());
    }

    @Override
    public String description() {
        return processor.name() + ", " + torch.get_num_threads() + " threads";
    }

    @Override
    public long take(long bytes) {
        long address = Memory.take(bytes);
        taken += bytes;
        return address;
    }

    @Override
    public void giveBack(long address, long bytes) {
        Memory.giveBack(address, bytes);
        taken -= bytes;
    }

    @Override
    public long scratch(long bytes) {
        return scratch.address(bytes);
    }

    @Override
    public Tensor tensor(View view) {
        try (var options = new TensorOptions(Types.scalar(view.type()));
                var address = new Natives.Address(view.address())) {
            return torch.from_blob(address, view.sizes(), view.strides(), options);
        }
    }

    @Override
    public void write(long address, MemorySegment source) {
        Memory.at(address, source.byteSize()).copyFrom(source);
    }

    @Override
    public void read(long address, MemorySegment target) {
        target.copyFrom(Memory.at(address, target.byteSize()));
    }

    @Override
    public void finish() {}

    @Override
    public OptionalLong memoryBytes() {
        return OptionalLong.of(taken + Memory.available());
    }

    @Override
    public DataType matrixType(DataType type) {
        return processor.matrixType(type);
    }

    @Override
    public void close() {
        workers.ifPresent(Workers::close);
        scratch.close();
    }
}
