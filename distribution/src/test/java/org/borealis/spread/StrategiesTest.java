package org.borealis.spread;

import java.util.Map;
import org.junit.jupiter.api.Nested;

/** Each strategy alone. */
class StrategiesTest {

    /** Sums in order give the bits of one rank where batches are all that is spread. */
    private abstract static class DataCase extends SpreadCase {
        DataCase(int zero) {
            super(Map.of("data", data(zero)), "data=2", "data=4");
        }

        @Override
        protected boolean isExact() {
            return true;
        }
    }

    @Nested
    class Data extends DataCase {
        Data() {
            super(0);
        }
    }

    @Nested
    class DataZero1 extends DataCase {
        DataZero1() {
            super(1);
        }
    }

    @Nested
    class DataZero2 extends DataCase {
        DataZero2() {
            super(2);
        }
    }

    @Nested
    class DataZero3 extends DataCase {
        DataZero3() {
            super(3);
        }
    }

    @Nested
    class Tensor extends SpreadCase {
        Tensor() {
            super(Map.of("tensor", tensor(false)), "tensor=2", "tensor=4");
        }
    }

    @Nested
    class TensorBySequence extends SpreadCase {
        TensorBySequence() {
            super(Map.of("tensor", tensor(true)), "tensor=2", "tensor=4");
        }
    }

    @Nested
    class Expert extends SpreadCase {
        Expert() {
            super(Map.of("expert", expert()), "expert=2", "expert=4");
        }

        @Override
        protected int rows() {
            return 4;
        }
    }

    @Nested
    class Ulysses extends SpreadCase {
        Ulysses() {
            super(Map.of("ulysses", ulysses()), "ulysses=2", "ulysses=4");
        }
    }

    @Nested
    class Ring extends SpreadCase {
        Ring() {
            super(Map.of("ring", ring()), "ring=2", "ring=4");
        }
    }
}
