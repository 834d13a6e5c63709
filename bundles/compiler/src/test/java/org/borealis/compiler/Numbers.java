package org.borealis.compiler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;

/** Runs programs on the reference backend with inputs and outputs as arrays of double. */
final class Numbers implements AutoCloseable {
    private final Device device;

    Numbers() {
        device = ServiceLoader.load(Backend.class).findFirst().orElseThrow().open();
    }

    Device device() {
        return device;
    }

    /** All outputs of a compiled program. */
    List<double[]> run(Program program, List<double[]> inputs) {
        try (var executable = new ProgramCompiler().compile(device, program, Map.of())) {
            for (int i = 0; i < inputs.size(); i++) {
                write(executable.slot(program.inputs().get(i).name()), inputs.get(i));
            }
            executable.run();
            var results = new ArrayList<double[]>();
            for (var output : program.outputs()) {
                results.add(read(executable.slot(output.name())));
            }
            return results;
        }
    }

    void write(Slot slot, double[] values) {
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(Math.max(1, slot.type().bytes()), 8);
            for (int i = 0; i < values.length; i++) {
                set(segment, slot.type().type(), i, values[i]);
            }
            device.write(slot, segment.asSlice(0, slot.type().bytes()));
        }
    }

    double[] read(Slot slot) {
        try (var arena = Arena.ofConfined()) {
            var segment = arena.allocate(Math.max(1, slot.type().bytes()), 8);
            device.read(slot, segment.asSlice(0, slot.type().bytes()));
            var values = new double[Math.toIntExact(slot.type().shape().elements())];
            for (int i = 0; i < values.length; i++) {
                values[i] = get(segment, slot.type().type(), i);
            }
            return values;
        }
    }

    private static void set(MemorySegment segment, DataType type, int i, double value) {
        switch (type) {
            case FLOAT64 -> segment.setAtIndex(ValueLayout.JAVA_DOUBLE, i, value);
            case FLOAT32 -> segment.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) value);
            case INT64 -> segment.setAtIndex(ValueLayout.JAVA_LONG, i, (long) value);
            case INT32 -> segment.setAtIndex(ValueLayout.JAVA_INT, i, (int) value);
            case UINT8, BOOL -> segment.set(ValueLayout.JAVA_BYTE, i, (byte) value);
            case BFLOAT16, FLOAT16 -> throw new IllegalArgumentException("not used in these tests: " + type);
        }
    }

    private static double get(MemorySegment segment, DataType type, int i) {
        return switch (type) {
            case FLOAT64 -> segment.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
            case FLOAT32 -> segment.getAtIndex(ValueLayout.JAVA_FLOAT, i);
            case INT64 -> segment.getAtIndex(ValueLayout.JAVA_LONG, i);
            case INT32 -> segment.getAtIndex(ValueLayout.JAVA_INT, i);
            case UINT8, BOOL -> segment.get(ValueLayout.JAVA_BYTE, i);
            case BFLOAT16, FLOAT16 -> throw new IllegalArgumentException("not used in these tests: " + type);
        };
    }

    @Override
    public void close() {
        device.close();
    }
}
