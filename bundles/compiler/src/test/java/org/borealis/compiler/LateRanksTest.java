package org.borealis.compiler;

import java.util.List;
import java.util.Map;
import org.borealis.device.Backend;
import org.borealis.device.Compiler;
import org.borealis.model.ModelFamily;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.testkit.StrategyConformance;
import org.junit.jupiter.api.Nested;

/** Whatever ranks are told and say too late or too early would show in these numbers; where sums are in order, in their bits. */
class LateRanksTest {

    @Nested
    class Data extends Case {
        Data() {
            super(Map.of("data", Strategies.data(0)), "data=4");
        }

        @Override
        protected boolean isExact() {
            return true;
        }
    }

    @Nested
    class DataZero2 extends Case {
        DataZero2() {
            super(Map.of("data", Strategies.data(2)), "data=2");
        }

        @Override
        protected boolean isExact() {
            return true;
        }
    }

    @Nested
    class DataZero3 extends Case {
        DataZero3() {
            super(Map.of("data", Strategies.data(3)), "data=4");
        }

        @Override
        protected boolean isExact() {
            return true;
        }
    }

    @Nested
    class Zero3AndTensorBySequence extends Case {
        Zero3AndTensorBySequence() {
            super(Map.of("data", Strategies.data(3), "tensor", Strategies.tensor(true)), "data=2,tensor=2");
        }
    }

    @Nested
    class DataAndTensor extends Case {
        DataAndTensor() {
            super(Map.of("data", Strategies.data(1), "tensor", Strategies.tensor(false)), "data=2,tensor=2");
        }
    }

    @Nested
    class DataAndUlysses extends Case {
        DataAndUlysses() {
            super(Map.of("data", Strategies.data(2), "ulysses", Strategies.ulysses()), "data=2,ulysses=2");
        }

        @Override
        protected Map<String, ModelFamily> models() {
            return Map.of("gpt", Models.gpt(2, 16, 8));
        }
    }

    /** On a device that runs as much at once as it can. */
    @Nested
    class FusedOnOwners extends Case {
        FusedOnOwners() {
            super(Map.of("data", Strategies.data(1)), "data=4");
        }

        @Override
        protected Backend backend() {
            var plain = super.backend();
            return () -> new FusingDevice(plain.open(), _ -> true);
        }
    }

    /** Our strategies on small models of both families. */
    abstract static class Case extends StrategyConformance {
        private final Map<String, ParallelStrategy> strategies;
        private final List<String> meshes;
        private final Collectives collectives = new LateCollectives();

        Case(Map<String, ParallelStrategy> strategies, String... meshes) {
            this.strategies = strategies;
            this.meshes = List.of(meshes);
        }

        @Override
        protected Map<String, ParallelStrategy> strategies() {
            return strategies;
        }

        @Override
        protected List<String> meshes() {
            return meshes;
        }

        @Override
        protected Map<String, ModelFamily> models() {
            return Map.of("gpt", Models.gpt(2, 16, 8), "llama", Models.llama(2, 16, 8));
        }

        @Override
        protected Compiler compiler() {
            return new ProgramCompiler();
        }

        @Override
        protected Collectives collectives() {
            return collectives;
        }
    }
}
