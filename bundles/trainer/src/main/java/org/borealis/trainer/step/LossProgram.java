package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.Map;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.device.Slot;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;

/** A model's loss, without gradients. */
public final class LossProgram implements AutoCloseable {
    private final Device device;
    private final Arena arena = Arena.ofConfined();
    private final Executable program;
    private final MemorySegment staging;

    /** @param parameters their places, by name */
    public LossProgram(
            Compiler compiler,
            Device device,
            ModelFamily family,
            DataType type,
            Map<String, Slot> parameters,
            int rows,
            int sequence) {
        this.device = device;
        var batch = StepTrace.tokenType(rows, sequence);
        var loss = StepTrace.loss(compiler, family, new Precision(type), batch, StepTrace.EVALUATE);
        program = compiler.compile(device, loss, new HashMap<>(parameters));
        staging = arena.allocate(Math.max(Double.BYTES, batch.bytes()), Slot.ALIGNMENT);
    }

    /** Mean loss of a batch in nats a predicted token. */
    public double loss(TokenBatch batch) {
        write(StepTrace.TOKENS, batch.tokens());
        write(StepTrace.TARGETS, batch.targets());
        program.run();
        var slot = program.slot(StepTrace.LOSS);
        var bytes = staging.asSlice(0, slot.type().bytes());
        device.read(slot, bytes);
        return HostMemory.read(bytes, slot.type().type(), 0);
    }

    private void write(String name, int[] values) {
        var slot = program.slot(name);
        var bytes = staging.asSlice(0, slot.type().bytes());
        HostMemory.write(bytes, values);
        device.write(slot, bytes);
    }

    @Override
    public void close() {
        program.close();
        arena.close();
    }
}
