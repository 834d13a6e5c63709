package org.borealis.compiler;

import java.util.List;
import java.util.Map;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.device.Compiler;
import org.borealis.model.CacheShape;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.StrategyConformance;

/** A stranger's model that takes rows of all sequences from one table, where a rank's rows do not stand behind each other. */
final class MovedRowsTest extends StrategyConformance {
    private final Collectives threads = new ThreadCollectives();

    /** Gives each position the state of the one that stands as far from the end. */
    private record Backwards(Parameter table) implements ModelFamily {
        @Override
        public List<Parameter> parameters() {
            return List.of(table);
        }

        @Override
        public int sequence() {
            return 8;
        }

        @Override
        public int vocabulary() {
            return table.shape().dim(0);
        }

        @Override
        public CacheShape cache() {
            return new CacheShape(0, 1, 1);
        }

        @Override
        public Tensor hidden(Weights weights, Tensor tokens, Context context) {
            var x = weights.of(table).gather(tokens); // [B, T, C]
            int rows = tokens.dim(0) * tokens.dim(1);
            var backwards =
                    tokens.iota(0, TensorType.of(DataType.INT32, rows)).negate().plus(rows - 1);
            return x.reshape(rows, x.dim(2)).gather(backwards).reshape(x.shape());
        }

        @Override
        public Tensor logits(Weights weights, Tensor hidden) {
            return hidden.linear(weights.of(table));
        }

        @Override
        public double trainingFlopsPerToken() {
            return 6.0 * table.shape().elements();
        }
    }

    @Override
    protected Map<String, ParallelStrategy> strategies() {
        return Map.of("ulysses", Strategies.ulysses(), "expert", Strategies.expert());
    }

    @Override
    protected List<String> meshes() {
        return List.of("ulysses=2,expert=1", "ulysses=4,expert=1", "ulysses=1,expert=2", "ulysses=2,expert=2");
    }

    @Override
    protected Map<String, ModelFamily> models() {
        return Map.of("backwards", new Backwards(Parameter.normal("table", 0.1, 24, 16)));
    }

    @Override
    protected Compiler compiler() {
        return new ProgramCompiler();
    }

    @Override
    protected Collectives collectives() {
        return threads;
    }
}
