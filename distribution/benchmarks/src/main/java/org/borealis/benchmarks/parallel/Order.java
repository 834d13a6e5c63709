package org.borealis.benchmarks.parallel;

import org.borealis.parallel.PipelineSchedule;
import org.borealis.pipeline.schedules.GPipe;
import org.borealis.pipeline.schedules.Interleaved;
import org.borealis.pipeline.schedules.OneForwardOneBackward;
import org.borealis.pipeline.schedules.ZeroBubble;

/** Schedules, with what is known of them. */
enum Order {
    GPIPE("gpipe", new GPipe(), 1),
    ONE_FORWARD_ONE_BACKWARD("1f1b", new OneForwardOneBackward(), 1),
    INTERLEAVED("interleaved", new Interleaved(), 2),
    ZERO_BUBBLE("zero-bubble", new ZeroBubble(), 1);

    private final String label;
    private final PipelineSchedule schedule;
    private final int chunks;

    Order(String label, PipelineSchedule schedule, int chunks) {
        this.label = label;
        this.schedule = schedule;
        this.chunks = chunks;
    }

    /** As recipes name it. */
    String label() {
        return label;
    }

    PipelineSchedule schedule() {
        return schedule;
    }

    /** Parts of the model that a stage has. */
    int chunks() {
        return chunks;
    }

    /** Idle share of a step of equal stages, gradients of inputs and of weights taking as long as a forward pass each. */
    double formula(int stages, int batches) {
        double more = stages - 1.0;
        return switch (this) {
            case GPIPE, ONE_FORWARD_ONE_BACKWARD -> more / (batches + more); // Huang et al. 2019
            case INTERLEAVED -> more / (chunks * batches + more); // Narayanan et al. 2021
            case ZERO_BUBBLE -> more / (3 * batches + more); // Qi et al. 2023, table 1
        };
    }
}
