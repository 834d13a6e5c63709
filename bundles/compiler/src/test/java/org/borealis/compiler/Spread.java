package org.borealis.compiler;

import java.util.LinkedHashMap;
import java.util.Map;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.parallel.Held;
import org.borealis.parallel.Held.Role;
import org.borealis.parallel.Layout;
import org.borealis.parallel.Mesh.Axis;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Placement;
import org.borealis.parallel.data.DataParallel;
import org.borealis.parallel.tensor.TensorParallel;
import org.borealis.parallel.ulysses.Ulysses;
import org.borealis.testkit.Settings;

/** Layouts of a model's gradient program under real strategies. */
final class Spread {
    private Spread() {}

    static ParallelStrategy data(int zero) {
        return new DataParallel(Settings.of(DataParallel.Config.class, Map.of("zero", zero)));
    }

    static ParallelStrategy tensor(boolean sequence) {
        return new TensorParallel(Settings.of(TensorParallel.Config.class, Map.of("sequence", sequence)));
    }

    static ParallelStrategy ulysses() {
        return new Ulysses();
    }

    /** Of {@link Models#gradients}: parameters and batch go in, loss and gradients come out. */
    static Layout layout(ModelFamily model, ParallelStrategy strategy, Axis axis, boolean isExact) {
        Map<String, Placement> kept = new LinkedHashMap<>();
        Map<String, Placement> used = new LinkedHashMap<>();
        Map<String, Placement> outputs = new LinkedHashMap<>();
        for (var p : model.parameters()) {
            kept.put(p.name(), strategy.kept(held(Role.PARAMETER, p), axis.ranks()));
            used.put(p.name(), strategy.used(held(Role.PARAMETER, p), axis.ranks()));
            outputs.put("gradient." + p.name(), strategy.kept(held(Role.GRADIENT, p), axis.ranks()));
        }
        kept.put("tokens", strategy.batch(axis.ranks()));
        kept.put("targets", strategy.batch(axis.ranks()));
        return new Layout(kept, used, outputs, strategy, isExact);
    }

    private static Held held(Role role, Parameter parameter) {
        return new Held(role, parameter.name(), parameter.shape(), parameter.dims());
    }
}
