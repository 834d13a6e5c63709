package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Rematerialisation;
import org.borealis.tensor.DataType;
import org.borealis.trainer.fakes.Counting;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.TinyModel;
import org.junit.jupiter.api.Test;

class StepMemoryTest {
    private static final TinyModel MODEL = new TinyModel(32, 8);
    private static final Momentum OPTIMIZER = new Momentum(0.5, 1);

    private final ProgramCompiler compiler = new ProgramCompiler();

    @Test
    void whatIsPlannedIsWhatIsTaken() {
        for (var policy : List.of(new Rematerialisation.None(), new Rematerialisation.Every(1))) {
            for (var type : List.of(DataType.FLOAT32, DataType.FLOAT16)) {
                for (int micro : new int[] {1, 2}) {
                    var plan = new StepPlan(2, micro, new Precision(type), policy);
                    assertEquals(taken(plan), planned(plan).total(), plan::toString);
                }
            }
        }
    }

    private long taken(StepPlan plan) {
        try (var device = new Counting(new ReferenceBackend().open());
                var state = new TrainState(device, plan.precision().kept(), MODEL.parameters(), OPTIMIZER);
                var step = new TrainStep(compiler, device, MODEL, OPTIMIZER, state, plan)) {
            return device.bytes();
        }
    }

    private StepMemory planned(StepPlan plan) {
        try (var device = new ReferenceBackend().open()) {
            return StepMemory.plan(compiler, device, MODEL, OPTIMIZER, plan);
        }
    }

    @Test
    void itIsToldByPurpose() {
        var memory = planned(new StepPlan(2, 2, new Precision(DataType.FLOAT32)));
        long parameters = 4L * (2 * 32 * 16 + 8 * 16 + 4 * 16 * 16 + 16);
        assertEquals(parameters, memory.parameters());
        assertEquals(parameters, memory.gradients());
        assertEquals(parameters, memory.optimizer());
        assertTrue(memory.activations() > 0 && memory.workspace() > 0 && memory.other() > 0, memory.toString());
        assertEquals(
                memory.total(),
                memory.byName().values().stream().mapToLong(bytes -> bytes).sum());
    }

    @Test
    void lossesAreTheSameHoweverMuchIsComputedAgain() {
        var wanted = losses(new Rematerialisation.None());
        assertEquals(wanted, losses(new Rematerialisation.Selective()));
        assertEquals(wanted, losses(new Rematerialisation.Every(1)));
    }

    private List<Double> losses(Rematerialisation policy) {
        var plan = new StepPlan(2, 2, new Precision(DataType.FLOAT32), policy);
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, DataType.FLOAT32, MODEL.parameters(), OPTIMIZER);
                var step = new TrainStep(compiler, device, MODEL, OPTIMIZER, state, plan)) {
            state.initialise(1);
            var losses = new ArrayList<Double>();
            for (int number = 1; number <= 5; number++) {
                step.begin(2);
                step.accumulate(batch(number));
                step.accumulate(batch(number + 7));
                losses.add(step.loss());
                losses.add(step.gradientNorm());
                step.update(number, 0.1, 1);
            }
            return losses;
        }
    }

    private static TokenBatch batch(int first) {
        var batch = new TokenBatch(2, 8);
        for (int i = 0; i < 16; i++) {
            batch.tokens()[i] = (first + i * i) % 32;
            batch.targets()[i] = (first + i) % 32;
        }
        return batch;
    }
}
