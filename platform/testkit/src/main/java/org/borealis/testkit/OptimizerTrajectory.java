package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.borealis.device.Device;
import org.borealis.model.Parameter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Parameters after steps that another program took, on a problem given by formula:
 *
 * <pre>
 * p_i(0) = s0 sin(w0 ((5 i i + i) % 29 + 1) + ph0 + dph k)
 * g_i(t) = ga sin(wg ((7 i i + 3 i) % 31 + 1) t + pg + dpg k) + gb p_i
 * </pre>
 */
@ProviderType
public record OptimizerTrajectory(JsonNode json) {
    private static final int STEPS = 30;

    /** Those of an optimizer of the name that the files use, such as {@code torch.optim.AdamW}. */
    public static List<OptimizerTrajectory> of(String optimizer) {
        return Goldens.of(
                        "*.json",
                        json -> json.has("problem")
                                && json.path("optimizer").asText().equals(optimizer))
                .stream()
                .map(golden -> new OptimizerTrajectory(golden.json()))
                .toList();
    }

    /** What it is called. */
    public String id() {
        return json.path("id").asText();
    }

    /** Its settings, under the names of the program that made it. */
    public JsonNode settings() {
        return json.path("hyper");
    }

    /**
     * Takes the steps with {@code optimizer} and compares.
     *
     * @param asMatrices gives vectors as matrices of one row, because the program decayed vectors too
     */
    public void check(Optimizer optimizer, Device device, DataType type, boolean asMatrices) {
        var tensors = new ArrayList<Track>();
        for (var tensor : json.at("/problem/tensors")) {
            tensors.add(new Track(tensor, optimizer, device, type, asMatrices));
        }
        for (int step = 1; step <= STEPS; step++) {
            for (var track : tensors) {
                track.step(step);
            }
            var recorded = json.path(type == DataType.FLOAT64 ? "f64" : "f32").path(Integer.toString(step));
            if (!recorded.isMissingNode()) {
                double tolerance = tolerance(step, type);
                for (var track : tensors) {
                    track.compare(Goldens.numbers(recorded.path("params").path(track.name())), step, tolerance);
                }
            }
        }
    }

    /** As the files' README says: some hundred times what a rounding of the inputs changes. */
    private double tolerance(int step, DataType type) {
        String key = Integer.toString(step);
        if (type == DataType.FLOAT64) {
            return Math.max(1e-12, 500 * json.at("/sensitivity/f64/" + key).asDouble());
        }
        return Math.max(
                1e-6,
                Math.max(
                        20 * json.at("/sensitivity/f32/" + key).asDouble(),
                        5 * json.at("/max_abs_f32_vs_f64/" + key).asDouble()));
    }

    /** One tensor on its way. */
    private final class Track {
        private final JsonNode tensor;
        private final Optimizer optimizer;
        private final Device device;
        private final Parameter parameter;
        private HostTensor value;
        private List<HostTensor> state;

        Track(JsonNode tensor, Optimizer optimizer, Device device, DataType type, boolean asMatrices) {
            this.tensor = tensor;
            this.optimizer = optimizer;
            this.device = device;
            var shape = new Shape(
                    tensor.path("shape").valueStream().map(JsonNode::asInt).toList());
            shape = asMatrices && shape.rank() == 1 ? shape.padFront(1) : shape;
            parameter = new Parameter(name(), shape, new Parameter.Initial.Fill(0));
            value = HostTensor.fill(new TensorType(type, shape), this::initial);
            state = optimizer.state(parameter, type).stream()
                    .map(s -> HostTensor.of(s.type(), s.initial()))
                    .toList();
        }

        String name() {
            return tensor.path("name").asText();
        }

        private double constant(String name) {
            return json.at("/problem/constants").path(name).asDouble();
        }

        private double initial(int i) {
            double k = tensor.path("k").asDouble();
            return constant("s0")
                    * Math.sin(constant("w0") * ((5 * i * i + i) % 29 + 1) + constant("ph0") + constant("dph") * k);
        }

        private double gradient(int i, int step) {
            double k = tensor.path("k").asDouble();
            double wave = Math.sin(
                    constant("wg") * ((7 * i * i + 3 * i) % 31 + 1) * step + constant("pg") + constant("dpg") * k);
            return constant("ga") * wave + constant("gb") * value.get(i);
        }

        void step(int step) {
            var gradient = HostTensor.fill(value.type(), i -> gradient(i, step));
            var updated = OptimizerSteps.step(device, optimizer, parameter, value, gradient, state, step);
            value = updated.get(0);
            state = updated.subList(1, updated.size());
        }

        void compare(double[] wanted, int step, double tolerance) {
            for (int i = 0; i < wanted.length; i++) {
                assertEquals(
                        wanted[i], value.get(i), tolerance, id() + " step " + step + ", " + name() + "[" + i + "]");
            }
        }
    }
}
