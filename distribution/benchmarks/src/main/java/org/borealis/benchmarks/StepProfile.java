package org.borealis.benchmarks;

import java.util.Map;
import org.borealis.backend.torch.TorchBackend;
import org.borealis.testkit.Settings;

/** Where the time of a training step goes, operation by operation. Arguments: size and steps. */
public final class StepProfile {
    private StepProfile() {}

    /** Prints a table. */
    public static void main(String[] arguments) {
        var size = Size.of(arguments.length > 0 ? arguments[0] : "gpt2-124m");
        int steps = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 1;
        try (var device =
                        new ProfiledDevice(new TorchBackend(Settings.of(TorchBackend.Config.class, Map.of())).open());
                var roof = new Roof(device);
                var step = new Borealis(device, size, size.batch())) {
            roof.measure();
            step.step();
            System.out.printf("%s on %s, roof %.1f GFLOP/s%n", size, device.description(), roof.measure() / 1e9);
            device.reset();
            long start = System.nanoTime();
            for (int i = 0; i < steps; i++) {
                step.step();
            }
            System.out.printf("%.3f s a step%n%s%n", (System.nanoTime() - start) / 1e9 / steps, device.table(steps));
        }
    }
}
