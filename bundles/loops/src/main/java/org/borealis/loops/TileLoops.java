package org.borealis.loops;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Loops;
import org.borealis.device.Workers;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Runs fusions as columnar databases run queries (Boncz et al. 2005, MonetDB/X100): each operation is a ready-made loop over a tile
 * of elements, and between operations the tile stays in the first-level cache.
 */
@Component
public final class TileLoops implements Loops {
    private static final String VECTORS = "jdk.incubator.vector";

    private final HotFormulas formulas;

    /** Also for {@link java.util.ServiceLoader}. */
    @Activate
    public TileLoops() {
        this(HotFormulas.warmedUp());
    }

    TileLoops(HotFormulas formulas) {
        this.formulas = formulas;
    }

    @Override
    public Workers workers(int count) {
        if (count < 0) {
            throw new DeviceException(
                    "workers", "loops: " + count + " threads were asked for; give 1 or more, or 0 for one per core");
        }
        return new Crew(count == 0 ? Runtime.getRuntime().availableProcessors() : count);
    }

    @Override
    public boolean accepts(Fusion fusion) {
        var body = fusion.body();
        if (hasOnlyEmptyResults(body) || isEmptySum(body)) {
            return true;
        }
        try {
            return !isEmpty(body) && !Plan.of(body).sweeps().isEmpty();
        } catch (Unfit e) {
            return false;
        }
    }

    @Override
    public Kernel bind(Fusion fusion, List<MemorySegment> inputs, List<MemorySegment> outputs, Workers workers) {
        requireVectors();
        var body = fusion.body();
        requireSizes("input", body.inputs().stream().map(Program.Input::type).toList(), inputs);
        var results =
                body.outputs().stream().map(output -> body.type(output.value())).toList();
        requireSizes("output", results, outputs);
        if (hasOnlyEmptyResults(body)) {
            return () -> {};
        }
        if (isEmptySum(body)) {
            return () -> outputs.get(0).fill((byte) 0);
        }
        try {
            var plan = Plan.of(body);
            for (int i = 0; i < inputs.size(); i++) {
                plan.memory(i).place(inputs.get(i));
            }
            for (int i = 0; i < outputs.size(); i++) {
                plan.outputs().get(i).place(outputs.get(i));
            }
            return new TileKernel(plan, Copies.of(plan, inputs, outputs), workers, formulas);
        } catch (Unfit e) {
            throw new DeviceException(
                    "unsupported",
                    "loops: " + fusion.label() + " can't be run in one pass (" + e.getMessage()
                            + "); ask accepts(..) first");
        }
    }

    private static void requireVectors() {
        if (ModuleLayer.boot().findModule(VECTORS).isEmpty()) {
            throw new DeviceException(
                    "no-vectors",
                    "loops: this JVM was started without the module " + VECTORS + "; start it with --add-modules "
                            + VECTORS);
        }
    }

    private static boolean hasOnlyEmptyResults(Program body) {
        return body.outputs().stream().allMatch(output -> isEmpty(body.type(output.value())));
    }

    private static boolean isEmptySum(Program body) {
        return isEmpty(body)
                && body.nodes().size() == 1
                && body.nodes().get(0).op() instanceof Reduce
                && body.outputs().size() == 1;
    }

    private static boolean isEmpty(Program body) {
        for (int v = 0; v < body.values(); v++) {
            if (isEmpty(body.type(v))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isEmpty(TensorType type) {
        return type.shape().elements() == 0;
    }

    private static void requireSizes(String kind, List<TensorType> types, List<MemorySegment> segments) {
        for (int i = 0; i < Math.max(types.size(), segments.size()); i++) {
            if (i >= types.size()
                    || i >= segments.size()
                    || segments.get(i).byteSize() != types.get(i).bytes()) {
                throw new DeviceException(
                        "wrong-size",
                        "loops: " + kind + " " + i + " should be memory for "
                                + (i < types.size() ? types.get(i) : "nothing") + ", got "
                                + (i < segments.size() ? segments.get(i).byteSize() + " bytes" : "none"));
            }
        }
    }
}
