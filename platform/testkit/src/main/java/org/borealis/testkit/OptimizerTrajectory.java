package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
 *
 * <p>Where the file has a {@code hessian_interval}, labels are drawn after each so many-th step, and their gradient is
 *
 * <pre>
 * d_i(t) = ga cos(wg / 2 ((7 i i + 3 i) % 31 + 1) t + pg + dpg k) + gb p_i
 * </pre>
 */
@ProviderType
public record OptimizerTrajectory(JsonNode json) {
    private static final int STEPS = 30;

    /** Those of an optimizer of the name that the files use, such as {@code torch.optim.AdamW}. */
    public static List<OptimizerTrajectory> of(String optimizer) {
        return Goldens.of(
                        "*.json",
                        '"' + optimizer + '"',
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

    /** Names of its parameters, in their order. */
    public List<String> parameters() {
        return json.at("/problem/tensors")
                .valueStream()
                .map(tensor -> tensor.path("name").asText())
                .toList();
    }

    /** Its settings, under the names of the program that made it. */
    public JsonNode settings() {
        return json.path("hyper");
    }

    /**
     * The settings under the names that plug-ins use: {@code lr} is {@code rate}, {@code eps} is {@code epsilon}, and words are joined as
     * in {@code weightDecay}; what the file leaves open is not there.
     *
     * @param defaults of the program that made the file, where they differ from the plug-in's
     */
    public Map<String, Object> settings(Map<String, ?> defaults) {
        return settings(defaults, Map.of());
    }

    /**
     * As {@link #settings(Map)}.
     *
     * @param names of the plug-in, by those in the file, where more differs
     */
    public Map<String, Object> settings(Map<String, ?> defaults, Map<String, String> names) {
        var settings = new HashMap<String, Object>(defaults);
        settings().forEachEntry((name, value) -> {
            if (!value.isNull()) {
                settings.put(names.getOrDefault(name, setting(name)), value(value));
            }
        });
        return settings;
    }

    private static String setting(String name) {
        return switch (name) {
            case "lr" -> "rate";
            case "eps" -> "epsilon";
            default -> {
                var words = new ArrayList<>(List.of(name.split("_")));
                words.replaceAll(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1));
                yield words.removeFirst().toLowerCase(Locale.ROOT) + String.join("", words);
            }
        };
    }

    private static Object value(JsonNode value) {
        if (value.isArray()) {
            return Goldens.numbers(value);
        }
        return value.isBoolean() ? value.asBoolean() : value.isNumber() ? value.asDouble() : value.asText();
    }

    /**
     * Takes the steps with {@code optimizer} and compares values, and where the file has them values to evaluate with.
     *
     * @param asMatrices gives vectors as matrices of one row, because the program decayed vectors too
     */
    void check(Optimizer optimizer, Runner runner, DataType type, boolean asMatrices) {
        var tracks = new ArrayList<OptimizerRun.Track>();
        for (var tensor : json.at("/problem/tensors")) {
            tracks.add(begin(optimizer, tensor, type, asMatrices));
        }
        var run = new OptimizerRun(runner, optimizer, tracks, optimizer.numbers());
        for (int step = 1; step <= STEPS; step++) {
            int number = step;
            run.step(number, track -> HostTensor.fill(track.value().type(), i -> gradient(track, i, number)));
            var recorded = json.path(type == DataType.FLOAT64 ? "f64" : "f32").path(Integer.toString(step));
            for (var track : run.tracks()) {
                var name = track.parameter().name();
                compare(recorded.path("params").path(name), track.value(), type, step, name);
                var evaluated = recorded.path("extra").path("eval_params").path(name);
                if (!evaluated.isMissingNode()) {
                    compare(evaluated, run.evaluated(track), type, step, name + " evaluated");
                }
            }
            if (settings().has("hessian_interval")
                    && step % settings().path("hessian_interval").asInt() == 0) {
                run.observe(
                        settings().path("bs").asDouble(),
                        track -> HostTensor.fill(track.value().type(), i -> drawn(track, i, number)));
            }
        }
    }

    private OptimizerRun.Track begin(Optimizer optimizer, JsonNode tensor, DataType type, boolean asMatrices) {
        var shape = new Shape(
                tensor.path("shape").valueStream().map(JsonNode::asInt).toList());
        shape = asMatrices && shape.rank() == 1 ? shape.padFront(1) : shape;
        var parameter = new Parameter(tensor.path("name").asText(), shape, new Parameter.Initial.Fill(0));
        double phase = constant("ph0") + constant("dph") * number(parameter);
        var value = HostTensor.fill(
                new TensorType(type, shape),
                i -> constant("s0") * Math.sin(constant("w0") * ((5 * i * i + i) % 29 + 1) + phase));
        return OptimizerRun.Track.begin(optimizer, parameter, value);
    }

    private double constant(String name) {
        return json.at("/problem/constants").path(name).asDouble();
    }

    /** The tensor's k. */
    private double number(Parameter parameter) {
        return json.at("/problem/tensors")
                .valueStream()
                .filter(tensor -> tensor.path("name").asText().equals(parameter.name()))
                .findFirst()
                .orElseThrow()
                .path("k")
                .asDouble();
    }

    private double gradient(OptimizerRun.Track track, int i, int step) {
        return gradient(track, i, Math.sin(angle(track, i, constant("wg") * step)));
    }

    /** Of the loss with drawn labels. */
    private double drawn(OptimizerRun.Track track, int i, int step) {
        return gradient(track, i, Math.cos(angle(track, i, constant("wg") * step / 2)));
    }

    private double gradient(OptimizerRun.Track track, int i, double wave) {
        return constant("ga") * wave + constant("gb") * track.value().get(i);
    }

    private double angle(OptimizerRun.Track track, int i, double frequency) {
        return frequency * ((7 * i * i + 3 * i) % 31 + 1)
                + constant("pg")
                + constant("dpg") * number(track.parameter());
    }

    private void compare(JsonNode recorded, HostTensor value, DataType type, int step, String name) {
        var wanted = recorded.isMissingNode() ? new double[0] : Goldens.numbers(recorded);
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(
                    wanted[i],
                    value.get(i),
                    tolerance(step, type),
                    id() + " step " + step + ", " + name + "[" + i + "]");
        }
    }

    /** As the files' README says: some hundred times what a rounding of the inputs changes. */
    private double tolerance(int step, DataType type) {
        if (settings().path("ns_dtype").asText().equals("bfloat16")) {
            return 1e-2; // each operation rounds to 8 bits
        }
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
}
