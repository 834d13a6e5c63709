package org.borealis.trainer.fakes;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.function.Predicate;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.device.Backend;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;

/** The reference backend, but the float32 results of some operations come out a little too large. */
public record FaultyBackend(Predicate<Op> isFaulty, float factor) implements Backend {

    @Override
    public Device open() {
        return new FaultyDevice(new ReferenceBackend().open(), isFaulty, factor);
    }

    private record FaultyDevice(Device device, Predicate<Op> isFaulty, float factor) implements Device {
        @Override
        public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
            var kernel = device.bind(op, inputs, outputs);
            return isFaulty.test(op) && outputs.get(0).type().type() == DataType.FLOAT32
                    ? () -> {
                        kernel.run();
                        enlarge(outputs.get(0));
                    }
                    : kernel;
        }

        private void enlarge(Slot slot) {
            try (var arena = Arena.ofConfined()) {
                var elements = arena.allocate(Math.max(4, slot.type().bytes()), 8)
                        .asSlice(0, slot.type().bytes());
                device.read(slot, elements);
                for (long i = 0; i < slot.type().shape().elements(); i++) {
                    float value = elements.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                    elements.setAtIndex(ValueLayout.JAVA_FLOAT, i, value * factor);
                }
                device.write(slot, elements);
            }
        }

        @Override
        public String description() {
            return device.description();
        }

        @Override
        public boolean supports(DataType type) {
            return device.supports(type);
        }

        @Override
        public boolean fuses(Composite op, List<TensorType> inputs) {
            return device.fuses(op, inputs);
        }

        @Override
        public Buffer allocate(long bytes) {
            return device.allocate(bytes);
        }

        @Override
        public void write(Slot target, MemorySegment source) {
            device.write(target, source);
        }

        @Override
        public void read(Slot source, MemorySegment target) {
            device.read(source, target);
        }

        @Override
        public void close() {
            device.close();
        }
    }
}
