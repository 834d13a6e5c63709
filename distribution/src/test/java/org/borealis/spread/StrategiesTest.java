package org.borealis.spread;

import java.util.Map;
import org.junit.jupiter.api.Nested;

/** Each strategy alone. */
class StrategiesTest {

    @Nested
    class Data extends SpreadCase {
        Data() {
            super(Map.of("data", data(0)), "data=2", "data=4");
        }

        @Override
        protected boolean isExact() {
            return true;
        }
    }

    @Nested
    class DataZero1 extends SpreadCase {
        DataZero1() {
            super(Map.of("data", data(1)), "data=2", "data=4");
        }

        @Override
        protected boolean isExact() {
            return true;
        }
    }

    @Nested
    class DataZero2 extends SpreadCase {
        DataZero2() {
            super(Map.of("data", data(2)), "data=2", "data=4");
        }

        @Override
        protected boolean isExact() {
            return true;
        }
    }

    @Nested
    class DataZero3 extends SpreadCase {
        DataZero3() {
            super(Map.of("data", data(3)), "data=2", "data=4");
        }

        @Override
        protected boolean isExact() {
            return true;
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
