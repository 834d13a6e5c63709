package org.borealis.compiler;

import java.util.Map;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.expert.ExpertParallel;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.parallel.ulysses.Ulysses;
import org.borealis.testkit.Settings;

/** The real ones. */
final class Strategies {
    private Strategies() {}

    static ParallelStrategy data(int zero) {
        return new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", zero)));
    }

    static ParallelStrategy tensor(boolean sequence) {
        return new TensorParallel(Settings.of(TensorParallel.Config.class, Map.of("sequence", sequence)));
    }

    static ParallelStrategy expert() {
        return new ExpertParallel();
    }

    static ParallelStrategy ulysses() {
        return new Ulysses();
    }
}
