package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/** What a device does with memory. */
record MemoryChecks(BackendKit kit) {
    private static final long MEBIBYTE = 1 << 20;
    /** A leaked buffer, kernel or copy of an operand is more; noise, as seen, is less than a tenth of this. */
    private static final double ALLOWED_BYTES = 4096;
    /** So many that the fourth part of it, times these, is far above the noise, too. */
    private static final int RUNS = 300;
    /** Buffers are zeroed, which takes as long as it takes: a machine with much memory is not tried whole. */
    private static final long PATIENCE_NANOS = 4_000_000_000L;

    List<Check> all() {
        return List.of(
                check("new memory is zero, also where it was used before", this::zero),
                check("what is written is read back bit for bit, wherever it lies", this::roundTrip),
                check("memory that is not there is refused by its size and leaves the device usable", this::exhaustion),
                check("buffers that are closed give their memory back", this::reuse),
                check("making and closing buffers does not grow the process", this::buffers),
                check("binding, running and closing does not grow the process", this::kernels),
                check("running again and again does not grow the process", this::runs),
                check("closing a device gives back what it holds", this::devices));
    }

    private Check check(String sentence, Check.Trial trial) {
        return new Check(kit, Area.MEMORY, "", "", sentence, trial);
    }

    private void zero(Check check) {
        for (int count : new int[] {1, 3, 129, 1 << 17}) {
            check.tried(8L * count + " bytes", () -> {
                for (int round = 0; round < 3; round++) {
                    try (var buffer = kit.device().allocate(8L * count)) {
                        Complaint.unless(
                                buffer.bytes() >= 8L * count,
                                "asked for " + 8L * count + " bytes, got " + buffer.bytes());
                        var slot = new Slot(buffer, 0, TensorType.of(DataType.INT64, count));
                        long at = HostTensor.read(kit.device(), slot)
                                .elements()
                                .mismatch(new HostTensor(slot.type()).elements());
                        Complaint.unless(at < 0, "byte " + at + " is not zero");
                        HostTensor.ofIntegers(slot.type(), -1).write(kit.device(), slot);
                    }
                }
                return Measure.RIGHT;
            });
        }
    }

    private void roundTrip(Check check) {
        kit.types()
                .forEach(type -> check.tried(type.label(), () -> {
                    var edges = Edges.of(type);
                    for (int shift = 0; shift < 3; shift++) {
                        try (var place = Guarded.of(kit.device(), edges, shift)) {
                            var back = place.read("a written tensor");
                            Complaint.unless(
                                    back.elements().mismatch(edges.elements()) < 0,
                                    "wrote " + edges + ", read " + back);
                        }
                    }
                    return Measure.RIGHT;
                }));
    }

    private void exhaustion(Check check) {
        try (var device = kit.open()) {
            // Far more than any machine has: trying out where memory really ends is a danger to whoever shares it.
            var needs = List.of(1L << 60, 1L << 45, Long.MAX_VALUE, Long.MAX_VALUE - 63);
            for (long need : needs) {
                check.tried(need + " bytes", () -> refused(device, need));
            }
        }
    }

    private static Measure refused(Device device, long need) {
        try {
            device.allocate(need).close();
            throw new Complaint("was given");
        } catch (DeviceException e) {
            String message = String.valueOf(e.getMessage());
            Complaint.unless(
                    message.contains(Long.toString(need)), "was refused, but the message does not name it: " + message);
            Complaint.unless(
                    e.code().equals(DeviceException.OUT_OF_MEMORY),
                    "was refused, but with code " + e.code() + " and not " + DeviceException.OUT_OF_MEMORY);
        }
        requireUsable(device);
        return Measure.RIGHT;
    }

    /** It still adds. */
    static void requireUsable(Device device) {
        var in = Samples.of(DataType.FLOAT32, 1, 129);
        var x = in.to(device);
        var y = Slot.allocate(device, in.type());
        try (var kernel = device.bind(new Binary(Function2.ADD), List.of(x, x), List.of(y))) {
            kernel.run();
            device.finish();
            var sum = HostTensor.read(device, y);
            Complaint.unless(
                    Arrays.equals(
                            sum.bytes(),
                            HostTensor.fill(in.type(), i -> 2 * in.get(i)).bytes()),
                    "the device no longer adds: " + in + " and itself gave " + sum);
        } finally {
            x.buffer().close();
            y.buffer().close();
        }
    }

    /** More in all than there is, one after the other. */
    private void reuse(Check check) {
        check.tried("buffers one after the other, in all more than the memory or as many as 4 seconds allow", () -> {
            var device = kit.device();
            long total = device.memoryBytes().orElse(Growth.machineBytes().orElse(64 << 10) * MEBIBYTE);
            long each = Math.clamp(total / 16, MEBIBYTE, 512 * MEBIBYTE);
            long end = System.nanoTime() + PATIENCE_NANOS;
            for (long given = 0; given <= total && System.nanoTime() < end; given += each) {
                device.allocate(each).close();
            }
            return Measure.RIGHT;
        });
    }

    private void buffers(Check check) {
        var data = new HostTensor(TensorType.of(DataType.INT32, 1 << 16));
        grows(check, "a written buffer of 256 KiB", 200, () -> {
            var slot = data.to(kit.device());
            slot.buffer().close();
        });
    }

    private void kernels(Check check) {
        var works = new ArrayList<>(Work.some(kit, DataType.FLOAT32));
        for (var work : works) {
            try (var place = work.on(kit.device())) {
                grows(check, work.toString(), RUNS, ALLOWED_BYTES / 4, () -> {
                    try (var kernel = place.bind()) {
                        kernel.run();
                        kit.device().finish();
                    }
                });
            }
        }
    }

    private void runs(Check check) {
        for (var work : Work.some(kit, DataType.FLOAT32)) {
            try (var place = work.on(kit.device());
                    var kernel = place.bind()) {
                grows(check, work.toString(), RUNS, ALLOWED_BYTES / 4, () -> {
                    kernel.run();
                    kit.device().finish();
                });
            }
        }
    }

    private void devices(Check check) {
        var data = new HostTensor(TensorType.of(DataType.INT32, 1 << 18));
        grows(check, "a device with an open buffer of 1 MiB", 24, 128 * 1024, () -> {
            try (var device = kit.open()) {
                data.to(device);
            }
        });
    }

    private static void grows(Check check, String what, int times, Runnable action) {
        grows(check, what, times, ALLOWED_BYTES, action);
    }

    private static void grows(Check check, String what, int times, double allowed, Runnable action) {
        check.tried(what, () -> {
            double bytes = Growth.bytesEach(times, action);
            return Measure.of(bytes, allowed, "B", "each costs the process " + Math.round(bytes) + " bytes");
        });
    }
}
