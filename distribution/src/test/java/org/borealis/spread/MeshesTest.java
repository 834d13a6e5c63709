package org.borealis.spread;

import java.util.Map;
import org.junit.jupiter.api.Nested;

/** Strategies together. */
class MeshesTest {

    @Nested
    class DataAndTensor extends SpreadCase {
        DataAndTensor() {
            super(Map.of("data", data(1), "tensor", tensor(false)), "data=2,tensor=2");
        }
    }

    @Nested
    class Zero3AndTensorBySequence extends SpreadCase {
        Zero3AndTensorBySequence() {
            super(Map.of("data", data(3), "tensor", tensor(true)), "data=2,tensor=2");
        }
    }

    @Nested
    class DataAndUlysses extends SpreadCase {
        DataAndUlysses() {
            super(Map.of("data", data(2), "ulysses", ulysses()), "data=2,ulysses=2");
        }
    }

    @Nested
    class UlyssesAndTensor extends SpreadCase {
        UlyssesAndTensor() {
            super(Map.of("ulysses", ulysses(), "tensor", tensor(false)), "ulysses=2,tensor=2");
        }
    }

    @Nested
    class AllThree extends SpreadCase {
        AllThree() {
            super(Map.of("data", data(1), "ulysses", ulysses(), "tensor", tensor(false)), "data=2,ulysses=2,tensor=2");
        }
    }

    @Nested
    class RingAndTensor extends SpreadCase {
        RingAndTensor() {
            super(Map.of("ring", ring(), "tensor", tensor(false)), "ring=2,tensor=2");
        }
    }

    @Nested
    class DataAndRing extends SpreadCase {
        DataAndRing() {
            super(Map.of("data", data(3), "ring", ring()), "data=2,ring=2");
        }
    }

    @Nested
    class RingAndUlysses extends SpreadCase {
        RingAndUlysses() {
            super(Map.of("ring", ring(), "ulysses", ulysses()), "ring=2,ulysses=2");
        }
    }

    @Nested
    class ReplicasOfShards extends SpreadCase {
        ReplicasOfShards() {
            super(Map.of("replica", replica(), "data", data(3)), "replica=2,data=2");
        }
    }
}
