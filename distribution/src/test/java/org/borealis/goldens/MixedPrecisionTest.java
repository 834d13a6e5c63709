package org.borealis.goldens;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.device.Rematerialisation;
import org.borealis.model.ModelFamily;
import org.borealis.model.gpt.Gpt;
import org.borealis.model.gpt.GptSettings;
import org.borealis.model.llama.Llama;
import org.borealis.model.llama.LlamaSettings;
import org.borealis.optimizer.adam.AdamW;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Settings;
import org.borealis.trainer.step.LossScale;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TokenBatch;
import org.borealis.trainer.step.TrainState;
import org.borealis.trainer.step.TrainStep;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Whole models in 16 bits against themselves in float32 on the same backend. */
final class MixedPrecisionTest {

    /**
     * What differs at most; about twice what was seen, and eight times less in float16, which has three more bits.
     *
     * @param scale of the loss, so that float16 keeps small gradients
     * @param loss of about 5 nats
     * @param gradient length of the difference of all gradients, as a share of their length
     * @param training loss of any of thirty steps of Adam, which turns small differences of direction into whole steps
     */
    private record Narrow(DataType type, double scale, double loss, double gradient, double training) {
        @Override
        public String toString() {
            return type.label();
        }
    }

    private static final List<Narrow> NARROW = List.of(
            new Narrow(DataType.BFLOAT16, 1, 5e-3, 3e-2, 5e-2), new Narrow(DataType.FLOAT16, 1024, 1e-3, 4e-3, 1e-2));
    private static final List<Stand> STANDS = List.of(Stand.REFERENCE_FLOAT32, Stand.TORCH_FLOAT32);
    private static final int STEPS = 30;

    @TestFactory
    Stream<DynamicTest> lossAndGradientsAreThoseOfFloat32WithinTheTypesRounding() {
        return GoldenModel.all().stream()
                .flatMap(model -> STANDS.stream()
                        .flatMap(stand -> NARROW.stream()
                                .map(narrow -> DynamicTest.dynamicTest(
                                        model + " " + stand + " " + narrow, () -> compare(model, stand, narrow)))));
    }

    private static void compare(GoldenModel model, Stand stand, Narrow narrow) {
        var programs = new GoldenPrograms(
                model.family(), DataType.FLOAT32, model.tokens().type());
        try (var device = stand.backend().open()) {
            var wide = run(device, model, programs.gradients());
            var mixed = run(device, model, programs.gradients(narrow.type, narrow.scale));
            double difference = 0;
            double length = 0;
            for (var parameter : model.family().parameters()) {
                var wanted = wide.get("gradient." + parameter.name());
                var got = mixed.get("gradient." + parameter.name());
                assertEquals(wanted.type(), got.type(), "gradients arrive in float32");
                for (int i = 0; i < wanted.count(); i++) {
                    difference += Math.pow(got.get(i) / narrow.scale - wanted.get(i), 2);
                    length += Math.pow(wanted.get(i), 2);
                }
            }
            double share = Math.sqrt(difference / length);
            assertEquals(wide.get("loss").get(0), mixed.get("loss").get(0), narrow.loss);
            assertTrue(share < narrow.gradient, "gradients differ by " + share + " of their length");
        }
    }

    private static Map<String, HostTensor> run(Device device, GoldenModel model, Program program) {
        try (var executable = new ProgramCompiler().compile(device, program, Map.of())) {
            model.weights(DataType.FLOAT32)
                    .forEach((parameter, value) -> value.write(device, executable.slot(parameter.name())));
            model.tokens().write(device, executable.slot("tokens"));
            GoldenModel.targets(model.tokens()).write(device, executable.slot("targets"));
            executable.run();
            var results = new LinkedHashMap<String, HostTensor>();
            program.outputs().forEach(o -> results.put(o.name(), HostTensor.read(device, executable.slot(o.name()))));
            return results;
        }
    }

    @TestFactory
    Stream<DynamicTest> trainingFollowsFloat32() {
        return models().flatMap(model -> NARROW.stream()
                .map(narrow -> DynamicTest.dynamicTest(
                        model.getClass().getSimpleName() + " " + narrow, () -> follow(model, narrow))));
    }

    @TestFactory
    Stream<DynamicTest> computingAgainChangesNoBitInSixteenBits() {
        return models().flatMap(model -> NARROW.stream()
                .map(narrow -> DynamicTest.dynamicTest(
                        model.getClass().getSimpleName() + " " + narrow,
                        () -> assertEquals(
                                train(model, narrow.type),
                                train(model, narrow.type, new Rematerialisation.Every(1))))));
    }

    private static Stream<ModelFamily> models() {
        Map<String, Object> sizes = Map.of("layers", 2, "hidden", 32, "heads", 4, "sequence", 16, "vocabulary", 64);
        return Stream.of(
                new Gpt(Settings.of(GptSettings.class, sizes)), new Llama(Settings.of(LlamaSettings.class, sizes)));
    }

    private static void follow(ModelFamily model, Narrow narrow) {
        var wide = train(model, DataType.FLOAT32);
        var mixed = train(model, narrow.type);
        assertTrue(wide.getLast() < wide.getFirst() / 2, wide.toString());
        for (int i = 0; i < STEPS; i++) {
            assertEquals(wide.get(i), mixed.get(i), narrow.training, "step " + (i + 1));
        }
    }

    /** Losses on torch, by the trainer's own steps. */
    private static List<Double> train(ModelFamily model, DataType type) {
        return train(model, type, new Rematerialisation.None());
    }

    private static List<Double> train(ModelFamily model, DataType type, Rematerialisation rematerialisation) {
        var plan = new StepPlan(4, 1, new Precision(type), rematerialisation);
        var optimizer = new AdamW(Settings.of(AdamW.Config.class, Map.of("rate", 1e-2)));
        var rule = new LossScale.Rule(65536, 2, 0.5, 2000, 1, 1);
        var precision = plan.precision();
        try (var device = Stand.TORCH_FLOAT32.backend().open();
                var state = new TrainState(device, precision.kept(), model.parameters(), optimizer);
                var step = new TrainStep(new ProgramCompiler(), device, model, optimizer, state, plan)) {
            state.initialise(1234);
            var losses = new ArrayList<Double>();
            for (int number = 1; number <= STEPS; number++) {
                step.begin(precision.scalesLoss() ? rule.begin().scale() : 1, 1);
                step.accumulate(batch(number, model));
                losses.add(step.loss());
                assertTrue(Double.isFinite(step.gradientNorm()), "step " + number);
                step.update(number, optimizer.rate(), 1);
            }
            return losses;
        }
    }

    private static TokenBatch batch(int number, ModelFamily model) {
        var batch = new TokenBatch(4, model.sequence());
        for (int row = 0; row < batch.rows(); row++) {
            var window = new int[model.sequence() + 1];
            for (int i = 0; i < window.length; i++) {
                window[i] = (7 * row + 3 * number + 5 * i) % model.vocabulary();
            }
            batch.set(row, window, window.length);
        }
        return batch;
    }
}
