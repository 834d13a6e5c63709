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
    class DataAndExpert extends SpreadCase {
        DataAndExpert() {
            super(Map.of("data", data(1), "expert", expert()), "data=2,expert=2", "expert=2,data=2");
        }
    }

    @Nested
    class Zero3AndExpert extends SpreadCase {
        Zero3AndExpert() {
            super(Map.of("data", data(3), "expert", expert()), "data=2,expert=2");
        }
    }

    @Nested
    class ExpertAndTensor extends SpreadCase {
        ExpertAndTensor() {
            super(Map.of("expert", expert(), "tensor", tensor(false)), "expert=2,tensor=2");
        }
    }

    @Nested
    class ExpertAndTensorBySequence extends SpreadCase {
        ExpertAndTensorBySequence() {
            super(Map.of("expert", expert(), "tensor", tensor(true)), "expert=2,tensor=2");
        }
    }

    @Nested
    class ExpertAndUlysses extends SpreadCase {
        ExpertAndUlysses() {
            super(Map.of("expert", expert(), "ulysses", ulysses()), "expert=2,ulysses=2");
        }
    }

    @Nested
    class ReplicasOfShards extends SpreadCase {
        ReplicasOfShards() {
            super(Map.of("replica", replica(), "data", data(3)), "replica=2,data=2");
        }
    }
}
