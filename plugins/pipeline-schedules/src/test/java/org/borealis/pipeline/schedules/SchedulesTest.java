package org.borealis.pipeline.schedules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.borealis.parallel.PipelineSchedule;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.ScheduleConformance;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class SchedulesTest {

    @Nested
    final class GPipeKit extends ScheduleConformance {
        @Override
        protected PipelineSchedule schedule() {
            return new GPipe();
        }

        @Override
        protected double idleShare(int stages, int chunks, int batches) {
            return (stages - 1.0) / (batches + stages - 1);
        }

        @Override
        protected int alive(int stage, int stages, int chunks, int batches) {
            return batches;
        }
    }

    @Nested
    final class OneForwardOneBackwardKit extends ScheduleConformance {
        @Override
        protected PipelineSchedule schedule() {
            return new OneForwardOneBackward();
        }

        @Override
        protected double idleShare(int stages, int chunks, int batches) {
            return (stages - 1.0) / (batches + stages - 1);
        }

        @Override
        protected int alive(int stage, int stages, int chunks, int batches) {
            return Math.min(batches, stages - stage);
        }
    }

    @Nested
    final class InterleavedKit extends ScheduleConformance {
        @Override
        protected PipelineSchedule schedule() {
            return new Interleaved();
        }

        @Override
        protected List<Integer> chunks() {
            return List.of(2, 3);
        }

        @Override
        protected List<Integer> batches(int stages) {
            return List.of(stages, 2 * stages, 5 * stages);
        }

        @Override
        protected double idleShare(int stages, int chunks, int batches) {
            return (stages - 1.0) / (chunks * batches + stages - 1);
        }

        @Override
        protected int alive(int stage, int stages, int chunks, int batches) {
            return Math.min(chunks * batches, 2 * (stages - 1 - stage) + (chunks - 1) * stages + 1);
        }
    }

    @Nested
    final class ZeroBubbleKit extends ScheduleConformance {
        @Override
        protected PipelineSchedule schedule() {
            return new ZeroBubble();
        }

        @Override
        protected List<Integer> batches(int stages) {
            return List.of(stages, stages + 1, 5 * stages);
        }

        /** (p - 1) (T_F + T_B - T_W) is idle; Qi et al. 2023, table 1. */
        @Override
        protected double idleShare(int stages, int chunks, int batches) {
            return (stages - 1.0) / (3 * batches + stages - 1);
        }

        @Override
        protected int alive(int stage, int stages, int chunks, int batches) {
            return Math.min(batches, stages);
        }
    }

    @Test
    void fewerBatchesThanStagesAreAllDone() {
        assertEquals(3, new ZeroBubble().actions(2, 4, 1, 1).size());
        assertEquals(2, new OneForwardOneBackward().actions(0, 4, 1, 1).size());
    }

    @Test
    void chunksThatAScheduleCantHaveAreNamed() {
        var refusal = assertThrows(BorealisException.class, () -> new OneForwardOneBackward().actions(0, 2, 2, 4));
        assertTrue(refusal.getMessage().contains("pipeline.chunks=2"), refusal.getMessage());
        assertThrows(BorealisException.class, () -> new Interleaved().actions(0, 2, 1, 4));
        assertThrows(BorealisException.class, () -> new Interleaved().actions(0, 2, 2, 3));
    }
}
