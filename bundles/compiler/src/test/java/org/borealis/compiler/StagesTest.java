package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.borealis.device.Rematerialisation;
import org.borealis.device.Stage;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.LayerEnd;
import org.junit.jupiter.api.Test;

final class StagesTest {
    private final ProgramCompiler compiler = new ProgramCompiler();

    private static Program layers() {
        var builder = new Program.Builder("layers");
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 2, 3));
        var w = builder.input("w", TensorType.of(DataType.FLOAT32, 3, 3));
        var shift = x.iota(1, TensorType.of(DataType.INT32, 2, 3)).as(DataType.FLOAT32);
        var hidden = LayerEnd.mark("in", x.plus(shift));
        hidden = LayerEnd.mark("layer", hidden.matmul(w).tanh());
        builder.output("loss", hidden.plus(shift).matmul(w).sum());
        return builder.build();
    }

    @Test
    void aProgramIsCutAtALayerEndSoThatThePartsCostTheSame() {
        var stages = compiler.stages(layers(), 2);
        assertEquals("""
                program layers.0
                  %0 = input x : f32[2, 3]
                  %1 = input w : f32[3, 3]
                  %2 = Iota(1, i32[2, 3]) : i32[2, 3]
                  %3 = Convert(FLOAT32) %2 : f32[2, 3]
                  %4 = Binary(ADD) %0 %3 : f32[2, 3]
                  %5 = LayerEnd(in) %4 : f32[2, 3]
                  %6 = MatMul(false, false) %5 %1 : f32[2, 3]
                  %7 = Unary(TANH) %6 : f32[2, 3]
                  %8 = LayerEnd(layer) %7 : f32[2, 3]
                  output boundary.1.0 %8
                """, stages.get(0).program().toString());
        assertEquals("""
                program layers.1
                  %0 = input w : f32[3, 3]
                  %1 = input boundary.1.0 : f32[2, 3]
                  %2 = Iota(1, i32[2, 3]) : i32[2, 3]
                  %3 = Convert(FLOAT32) %2 : f32[2, 3]
                  %4 = LayerEnd(layer) %1 : f32[2, 3]
                  %5 = Binary(ADD) %4 %3 : f32[2, 3]
                  %6 = MatMul(false, false) %5 %0 : f32[2, 3]
                  %7 = Reshape([6]) %6 : f32[6]
                  %8 = Reduce(SUM, 0) %7 : f32[1]
                  %9 = Reshape([]) %8 : f32[]
                  output loss %9
                """, stages.get(1).program().toString());
        assertEquals(Map.of("w", List.of(0, 1)), Stage.shared(stages));
    }

    @Test
    void thePiecesOfAStageHandOnWhatTheBackwardPassReads() {
        var stage = compiler.stages(layers(), 2).get(0);
        var pieces = compiler.cut(
                compiler.differentiate(stage, List.of("w")),
                List.of(Set.of("boundary.1.0"), Set.of("gradient.w")),
                Set.of("w"));
        assertEquals("""
                program layers.0.0
                  %0 = input x : f32[2, 3]
                  %1 = input w : f32[3, 3]
                  %2 = Iota(1, i32[2, 3]) : i32[2, 3]
                  %3 = Convert(FLOAT32) %2 : f32[2, 3]
                  %4 = Binary(ADD) %0 %3 : f32[2, 3]
                  %5 = LayerEnd(in) %4 : f32[2, 3]
                  %6 = MatMul(false, false) %5 %1 : f32[2, 3]
                  %7 = Unary(TANH) %6 : f32[2, 3]
                  %8 = LayerEnd(layer) %7 : f32[2, 3]
                  output boundary.1.0 %8
                  output kept.5 %4
                  output kept.8 %7
                """, pieces.get(0).toString());
        assertTrue(
                pieces.get(1).toString().contains("input gradient.boundary.1.0"),
                pieces.get(1).toString());
        assertFalse(pieces.get(1).toString().contains("input x"), pieces.get(1).toString());
    }

    @Test
    void moreStagesThanLayersAreRefused() {
        var refusal = assertThrows(ShapeException.class, () -> compiler.stages(layers(), 4));
        assertTrue(refusal.getMessage().contains("1 to 3 parts"), refusal.getMessage());
    }

    @Test
    void aModelOfOneStageIsTheModel() {
        var program = layers();
        assertEquals(
                program.toString(), compiler.stages(program, 1).get(0).program().toString());
    }

    @Test
    void aTiedEmbeddingIsSharedByTheFirstAndTheLastPart() {
        var stages = compiler.stages(Models.loss("loss", Models.gpt(4, 8, 5), DataType.FLOAT64, 2), 3);
        assertEquals(Map.of("embedding.weight", List.of(0, 2)), Stage.shared(stages));
    }

    @Test
    void aLossThatIsWorthLayersHasFewerOfThemBesideIt() {
        var stages = compiler.stages(Models.loss("loss", Models.gpt(7, 8, 5), DataType.FLOAT64, 2), 2);
        long first = stages.get(0).program().inputs().stream()
                .filter(i -> i.name().startsWith("layers."))
                .map(i -> i.name().split("\\.")[1])
                .distinct()
                .count();
        assertEquals(4, first, "the logits, 8 x 64 a token, cost more than half a layer, 12 x 8 x 8");
    }

    @Test
    void partsOneAfterTheOtherGiveLossAndGradientsOfTheWhole() {
        for (var model : List.of(Models.gpt(4, 8, 5), Models.llama(4, 8, 5))) {
            var whole = Models.gradients(model, DataType.FLOAT64, 2);
            var inputs = inputs(whole);
            try (var numbers = new Numbers()) {
                var wanted = run(numbers, whole, inputs);
                for (int parts : new int[] {1, 3, 4}) { // all layers, unequal parts, one layer each
                    for (var policy : List.of(
                            new Rematerialisation.None(),
                            new Rematerialisation.Selective(),
                            new Rematerialisation.Every(1))) {
                        for (boolean isSplit : List.of(false, true)) {
                            var got = new Parts(numbers, model, parts, policy, isSplit, inputs).run();
                            assertEquals(wanted.keySet(), got.keySet());
                            wanted.forEach((name, values) ->
                                    assertArrayEquals(values, Objects.requireNonNull(got.get(name)), 1e-13, name));
                        }
                    }
                }
            }
        }
    }

    @Test
    void withRematerialisationAStageKeepsLessForItsBackwardPass() {
        var model = Models.gpt(8, 16, 8);
        var stage = compiler.stages(Models.loss("loss", model, DataType.FLOAT32, 2), 3)
                .get(1);
        long none = keptBytes(stage, model, new Rematerialisation.None());
        long selective = keptBytes(stage, model, new Rematerialisation.Selective());
        long full = keptBytes(stage, model, new Rematerialisation.Every(1));
        long ends = 2 * 8 * 16 * Float.BYTES * 3;
        assertTrue(full <= ends && full < selective && selective < none, none + ", " + selective + ", " + full);
    }

    private long keptBytes(Stage stage, ModelFamily model, Rematerialisation policy) {
        var backward = pieces(stage, model, policy, false).get(1);
        return backward.inputs().stream()
                .filter(i -> i.name().startsWith("kept."))
                .mapToLong(i -> i.type().bytes())
                .sum();
    }

    private static List<String> parameters(Stage stage, ModelFamily model) {
        return Models.names(model).stream().filter(stage::uses).toList();
    }

    private List<Program> pieces(Stage stage, ModelFamily model, Rematerialisation policy, boolean isSplit) {
        var parameters = parameters(stage, model);
        var program = compiler.rematerialise(
                compiler.differentiate(stage, parameters), stage.outgoing().getLast(), policy);
        var weights = parameters.stream().map(Stage::gradient).collect(Collectors.toSet());
        var arriving = stage.incoming().stream().map(Stage::gradient).collect(Collectors.toSet());
        var outputs = new ArrayList<Set<String>>();
        outputs.add(Set.copyOf(stage.outgoing()));
        if (isSplit) {
            outputs.add(arriving);
        } else {
            weights.addAll(arriving);
        }
        outputs.add(weights);
        return compiler.cut(program, outputs, Set.copyOf(parameters));
    }

    private static Map<String, double[]> inputs(Program program) {
        var random = new Random(1);
        var inputs = new HashMap<String, double[]>();
        for (var input : program.inputs()) {
            boolean isFloat = input.type().type().isFloat();
            inputs.put(
                    input.name(),
                    random.doubles(input.type().shape().elements())
                            .map(d -> isFloat ? d - 0.5 : Math.floor(d * 64))
                            .toArray());
        }
        return inputs;
    }

    private static Map<String, double[]> run(Numbers numbers, Program program, Map<String, double[]> inputs) {
        var results = numbers.run(
                program,
                program.inputs().stream()
                        .map(i -> Objects.requireNonNull(inputs.get(i.name()), i.name()))
                        .toList());
        var named = new LinkedHashMap<String, double[]>();
        for (int i = 0; i < results.size(); i++) {
            named.put(program.outputs().get(i).name(), results.get(i));
        }
        return named;
    }

    /** A model in parts, on one device: all forward, then all backward. */
    private final class Parts {
        private final Numbers numbers;
        private final Map<String, double[]> inputs;
        private final List<Stage> stages;
        private final List<List<Program>> pieces;
        private final Map<String, double[]> results = new HashMap<>();

        Parts(
                Numbers numbers,
                ModelFamily model,
                int parts,
                Rematerialisation policy,
                boolean isSplit,
                Map<String, double[]> inputs) {
            this.numbers = numbers;
            this.inputs = inputs;
            stages = compiler.stages(Models.loss("loss", model, DataType.FLOAT64, 2), parts);
            pieces = stages.stream()
                    .map(stage -> pieces(stage, model, policy, isSplit))
                    .toList();
        }

        Map<String, double[]> run() {
            var perPart = new ArrayList<Map<String, double[]>>();
            Map<String, double[]> handed = Map.of();
            for (int part = 0; part < stages.size(); part++) {
                var values = new HashMap<>(inputs);
                values.putAll(handed);
                handed = StagesTest.run(numbers, pieces.get(part).get(0), values);
                values.putAll(handed);
                perPart.add(values);
            }
            results.put("loss", Objects.requireNonNull(handed.get("loss")));
            Map<String, double[]> back = Map.of("gradient.loss", new double[] {1});
            for (int part = stages.size() - 1; part >= 0; part--) {
                back = backward(part, perPart.get(part), back);
            }
            return results;
        }

        private Map<String, double[]> backward(int part, Map<String, double[]> values, Map<String, double[]> arriving) {
            values.putAll(arriving);
            for (var piece : pieces.get(part).subList(1, pieces.get(part).size())) {
                values.putAll(StagesTest.run(numbers, piece, values));
            }
            var back = new HashMap<String, double[]>();
            stages.get(part)
                    .incoming()
                    .forEach(name ->
                            back.put(Stage.gradient(name), Objects.requireNonNull(values.get(Stage.gradient(name)))));
            values.forEach((name, value) -> {
                if (name.startsWith("gradient.") && !name.contains("boundary") && !name.equals("gradient.loss")) {
                    results.merge(name, value, StagesTest::sum);
                }
            });
            return back;
        }
    }

    private static double[] sum(double[] left, double[] right) {
        var sum = left.clone();
        for (int i = 0; i < sum.length; i++) {
            sum[i] += right[i];
        }
        return sum;
    }
}
