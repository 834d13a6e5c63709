package org.borealis.backend.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.borealis.device.HostMemory;
import org.borealis.device.HostScratch;
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
    private final HostMemory memory = new HostMemory(TorchDevice.NAME);
    private final HostScratch scratch = new HostScratch(TorchDevice.NAME);
    private final Optional<Loops> loops;
    private final Optional<Workers> workers;

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
    public MemorySegment take(long bytes, Arena arena) {
        return memory.take(bytes, arena);
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
        HostMemory.at(address, source.byteSize()).copyFrom(source);
    }

    @Override
    public void read(long address, MemorySegment target) {
        target.copyFrom(HostMemory.at(address, target.byteSize()));
    }

    @Override
    public void finish() {}

    @Override
    public OptionalLong memoryBytes() {
        return memory.availableBytes();
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
