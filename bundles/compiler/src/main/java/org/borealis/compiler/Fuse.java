package org.borealis.compiler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import org.borealis.tensor.Composite;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.jspecify.annotations.Nullable;

/**
 * Joins chains of pointwise, broadcast and reduction primitives into {@link org.borealis.tensor.composite.Fusion}s that the device
 * claims. What is used within one only never has memory.
 */
final class Fuse {
    private final Dataflow flow;
    /** For each node the fusion that it is in; a fusion stands where its first node stood. */
    private final @Nullable FusionBody[] fusionOf;

    private Fuse(Dataflow flow, List<FusionBody> fusions) {
        this.flow = flow;
        fusionOf = new FusionBody[flow.program.nodes().size()];
        fusions.forEach(fusion -> fusion.members().forEach(n -> fusionOf[n] = fusion));
    }

    /**
     * The program with fusions, unless the device claims none of those that could be.
     *
     * @param claims whether the device runs a composite on inputs of these types
     */
    static Optional<Program> of(Program program, BiPredicate<Composite, List<TensorType>> claims) {
        var flow = new Dataflow(program);
        var fusions = Groups.of(
                flow,
                fusion -> claims.test(
                        fusion,
                        fusion.body().inputs().stream().map(Program.Input::type).toList()));
        return fusions.isEmpty() ? Optional.empty() : Optional.of(Prune.of(new Fuse(flow, fusions).write()));
    }

    private Program write() {
        var program = flow.program;
        var builder = new Program.Builder(program.name());
        var tensors = new @Nullable Tensor[program.values()];
        for (int i = 0; i < program.inputs().size(); i++) {
            tensors[i] = builder.input(
                    program.inputs().get(i).name(), program.inputs().get(i).type());
        }
        for (int n : order()) {
            var inputs = operands(n).stream().map(v -> tensors[v]).toList();
            if (inputs.contains(null)) {
                continue; // a view of what has no memory, used only where that is computed
            }
            var fusion = fusionOf[n];
            var results = fusion == null ? results(n) : fusion.results();
            var made = fusion == null
                    ? builder.repeat(program, flow.node(n), inputs)
                    : builder.apply(fusion.fusion(), inputs);
            for (int i = 0; i < results.size(); i++) {
                tensors[results.get(i)] = made.get(i);
            }
        }
        Rewrite.copyOutputs(program, v -> Objects.requireNonNull(tensors[v]), builder);
        return builder.build();
    }

    private List<Integer> operands(int n) {
        var fusion = fusionOf[n];
        return fusion == null ? flow.node(n).inputs() : fusion.operands();
    }

    private List<Integer> results(int n) {
        int first = flow.node(n).first();
        return IntStream.range(first, first + flow.node(n).outputs().size())
                .boxed()
                .toList();
    }

    private int unit(int n) {
        var fusion = fusionOf[n];
        return fusion == null ? n : fusion.members().get(0);
    }

    /** Nodes and fusions in the order that is nearest to the program's. */
    private List<Integer> order() {
        int count = flow.program.nodes().size();
        var users = new ArrayList<List<Integer>>();
        var waiting = new int[count];
        IntStream.range(0, count).forEach(n -> users.add(new ArrayList<>()));
        var ready = new PriorityQueue<Integer>();
        for (int n = 0; n < count; n++) {
            if (unit(n) == n) {
                var sources = sources(n);
                waiting[n] = sources.size();
                for (int source : sources) {
                    users.get(source).add(n);
                }
                if (sources.isEmpty()) {
                    ready.add(n);
                }
            }
        }
        var order = new ArrayList<Integer>();
        while (!ready.isEmpty()) {
            int next = ready.remove();
            order.add(next);
            for (int user : users.get(next)) {
                if (--waiting[user] == 0) {
                    ready.add(user);
                }
            }
        }
        return order;
    }

    private Set<Integer> sources(int n) {
        var sources = new HashSet<Integer>();
        for (int value : operands(n)) {
            if (flow.producer(value) >= 0) {
                sources.add(unit(flow.producer(value)));
            }
        }
        return sources;
    }
}
