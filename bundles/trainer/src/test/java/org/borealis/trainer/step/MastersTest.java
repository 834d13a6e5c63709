package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.borealis.model.Parameter;
import org.borealis.model.Parameter.Initial;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;
import org.borealis.train.Optimizer.Pace;
import org.borealis.train.Optimizer.State;
import org.borealis.train.Optimizer.Step;
import org.borealis.train.Optimizer.Update;
import org.borealis.trainer.fakes.Momentum;
import org.junit.jupiter.api.Test;

final class MastersTest {
    private static final Parameter PARAMETER = new Parameter("weight", Shape.of(3), new Initial.Fill(1));
    private static final DataType KEPT = DataType.BFLOAT16;

    /** Says something else than the contract's defaults wherever it can, with what it is given. */
    private record Talkative() implements Optimizer {
        @Override
        public double rate() {
            return 0.25;
        }

        @Override
        public double clip() {
            return 3;
        }

        @Override
        public List<State> state(Parameter parameter, DataType type) {
            return List.of(new State("average", new TensorType(type, parameter.shape()), 0.5));
        }

        @Override
        public Update update(Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
            var average = state.getFirst().plus(gradient);
            return new Update(value.minus(average), List.of(average));
        }

        @Override
        public boolean isElementwise(Parameter parameter) {
            return false;
        }

        @Override
        public List<String> kinds() {
            return List.of("odd", "even");
        }

        @Override
        public String kind(long number) {
            return kinds().get((int) (number + 1) % 2);
        }

        @Override
        public Map<String, Double> numbers() {
            return Map.of("mass", 7.0);
        }

        @Override
        public Map<String, Tensor> sums(
                Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Step step) {
            return Map.of("sum", value.plus(gradient).plus(state.getFirst()).sum());
        }

        @Override
        public Map<String, Double> numbers(Map<String, Double> before, Map<String, Double> sums, Pace pace) {
            return Map.of("mass", before.getOrDefault("mass", 0.0) + pace.rate());
        }

        @Override
        public long observesEvery() {
            return 5;
        }

        @Override
        public List<Tensor> observe(
                Parameter parameter, Tensor value, Tensor gradient, List<Tensor> state, Tensor labels) {
            return List.of(value.times(gradient));
        }

        @Override
        public Tensor evaluated(Parameter parameter, Tensor value, List<Tensor> state) {
            return value.plus(state.getFirst());
        }
    }

    private final Optimizer masters = Masters.of(new Talkative(), KEPT);
    private final Program.Builder builder = new Program.Builder("update");
    private final Tensor value = builder.input("value", new TensorType(KEPT, PARAMETER.shape()));
    private final Tensor gradient = builder.input("gradient", new TensorType(KEPT, PARAMETER.shape()));
    private final List<Tensor> state = masters.state(PARAMETER, KEPT).stream()
            .map(s -> builder.input(s.name(), s.type()))
            .toList();
    private final Step step = new Step(value.scalar(1), value.scalar(0.25));

    @Test
    void anOptimizerOfWideParametersStaysAsItIs() {
        var rule = new Momentum(1, 1);
        assertSame(rule, Masters.of(rule, DataType.FLOAT32));
        assertSame(rule, Masters.of(rule, DataType.FLOAT64));
    }

    @Test
    void whatIsRememberedIsFloat32AndEndsWithACopyOfTheParameter() {
        var wide = new TensorType(DataType.FLOAT32, PARAMETER.shape());
        assertEquals(
                List.of(new State("average", wide, 0.5), State.copy("master", wide)), masters.state(PARAMETER, KEPT));
    }

    @Test
    void theRuleUpdatesTheMasterAndTheParameterIsRoundedFromIt() {
        var update = masters.update(PARAMETER, value, gradient, state, step);
        builder.output("value", update.value());
        builder.output("average", update.state().get(0));
        builder.output("master", update.state().get(1));
        assertEquals("""
                program update
                  %0 = input value : bf16[3]
                  %1 = input gradient : bf16[3]
                  %2 = input average : f32[3]
                  %3 = input master : f32[3]
                  %4 = Constant(1.0) : bf16[]
                  %5 = Constant(0.25) : bf16[]
                  %6 = Convert(FLOAT32) %1 : f32[3]
                  %7 = Binary(ADD) %2 %6 : f32[3]
                  %8 = Binary(SUBTRACT) %3 %7 : f32[3]
                  %9 = Convert(BFLOAT16) %8 : bf16[3]
                  output value %9
                  output average %7
                  output master %8
                """, builder.build().toString());
    }

    @Test
    void allElseIsTheRulesOwnAndWorksWithTheMaster() {
        var rule = new Talkative();
        assertEquals(rule.rate(), masters.rate());
        assertEquals(rule.clip(), masters.clip());
        assertEquals(rule.isElementwise(PARAMETER), masters.isElementwise(PARAMETER));
        assertEquals(rule.kinds(), masters.kinds());
        assertEquals(rule.kind(2), masters.kind(2));
        assertEquals(rule.numbers(), masters.numbers());
        assertEquals(rule.observesEvery(), masters.observesEvery());
        var pace = new Pace(1, 0.5, 1);
        assertEquals(rule.numbers(rule.numbers(), Map.of(), pace), masters.numbers(rule.numbers(), Map.of(), pace));
        var sums = masters.sums(PARAMETER, value, gradient, state, step);
        var observed = masters.observe(PARAMETER, value, gradient, state, value.scalar(1));
        var evaluated = masters.evaluated(PARAMETER, value, state);
        assertEquals(DataType.FLOAT32, sums.values().iterator().next().type().type());
        assertEquals(DataType.FLOAT32, observed.getFirst().type().type());
        assertSame(state.getLast(), observed.getLast());
        assertEquals(value.type(), evaluated.type());
    }

    @Test
    void gradientsAreSummedWideOrAsTheModelComputes() {
        assertEquals(DataType.FLOAT32, new Precision(DataType.BFLOAT16).gradients());
        assertEquals(DataType.FLOAT64, new Precision(DataType.FLOAT64).gradients());
        assertEquals(DataType.FLOAT16, new Precision(DataType.FLOAT16, DataType.FLOAT16).gradients());
        var refused = assertThrows(BorealisException.class, () -> new Precision(DataType.FLOAT32, DataType.BFLOAT16));
        assertTrue(
                refused.getMessage().startsWith("gradients: bfloat16 does not go with precision: float32"),
                refused.getMessage());
    }
}
