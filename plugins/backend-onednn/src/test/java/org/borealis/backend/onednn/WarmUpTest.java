package org.borealis.backend.onednn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.borealis.tensor.composite.CachedAttention;
import org.borealis.tensor.composite.CrossEntropy;
import org.borealis.tensor.composite.RmsNorm;
import org.borealis.tensor.composite.Softmax;
import org.borealis.testkit.HostTensor;
import org.junit.jupiter.api.Test;

/** Kernels in Java are interpreted at first and compiled later: in a JVM of its own, where nothing has been compiled yet. */
class WarmUpTest {
    private static final int RUNS = 2000;

    @Test
    void bitsAreTheSameBeforeAndAfterCompilation() throws IOException, InterruptedException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var process = new ProcessBuilder(
                        java,
                        "--add-modules",
                        "jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        WarmUpTest.class.getName())
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), output);
    }

    /** Ends with 1, and says where, if a kernel's bits changed. */
    public static void main(String[] args) {
        try (var device = Onednn.open(2)) {
            var q = Onednn.sample(device, 1, 2, 33, 4, 8);
            var sums = Onednn.sample(device, 2, 2, 4, 33);
            var rows = Onednn.sample(device, 3, 65, 129);
            var row = Onednn.sample(device, 4, 129);
            var column = Onednn.sample(device, 5, 65, 1);
            var targets = Slot.allocate(device, TensorType.of(DataType.INT32, 65));
            var token = Onednn.sample(device, 6, 2, 1, 4, 8);
            var position = HostTensor.of(TensorType.of(DataType.INT32), 32).to(device);
            var works = List.of(
                    Work.of(device, new Attention(0.35), q, q, q),
                    Work.of(device, new Attention.Gradient(0.35), q, q, q, q, q, sums),
                    Work.of(device, new CachedAttention(0.35), token, q, q, position),
                    Work.of(device, new Softmax(), rows),
                    Work.of(device, new CrossEntropy(), rows, targets),
                    Work.of(device, new RmsNorm.Gradient(), rows, rows, row, column));
            var first = works.stream().map(Work::run).toList();
            for (int run = 2; run <= RUNS; run++) {
                for (int i = 0; i < works.size(); i++) {
                    if (!Arrays.deepEquals(works.get(i).run(), first.get(i))) {
                        System.out.println(
                                works.get(i).label() + " has other bits in run " + run + " than in the first");
                        System.exit(1);
                    }
                }
            }
        }
    }

    /** A kernel and where it puts its results. */
    private record Work(Device device, String label, Kernel kernel, List<Slot> outputs) {
        static Work of(Device device, Composite op, Slot... inputs) {
            var in = List.of(inputs);
            var outputs = op.infer(in.stream().map(Slot::type).toList()).stream()
                    .map(type -> Slot.allocate(device, type))
                    .toList();
            return new Work(device, op.label(), device.bind(op, in, outputs), outputs);
        }

        float[][] run() {
            kernel.run();
            return outputs.stream().map(slot -> Onednn.floats(device, slot)).toArray(float[][]::new);
        }
    }
}
