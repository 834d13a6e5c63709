package org.borealis.trainer.step;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.borealis.device.Compiler;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.Collective.AllReduce;
import org.borealis.tensor.Collective.AllToAll;
import org.borealis.tensor.Collective.BroadcastFrom;
import org.borealis.tensor.Collective.Index;
import org.borealis.tensor.Collective.Only;
import org.borealis.tensor.Collective.Own;
import org.borealis.tensor.Collective.ReduceScatter;
import org.borealis.tensor.Collective.ReduceTo;
import org.borealis.tensor.Collective.Shift;
import org.borealis.tensor.Collective.Summand;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer;

/**
 * What a rank sends in a step.
 *
 * @param axis of the mesh
 * @param operation such as {@code all-reduce}
 * @param times how often
 * @param bytes that each rank sends in all of them, by a ring's reckoning
 */
public record StepTraffic(String axis, String operation, long times, long bytes) {
    /** As many as say of which kind most are. */
    private static final int UPDATES = 1000;

    /** By axis and operation, of a whole step with an update of the most common kind, without evaluation and observation. */
    public static List<StepTraffic> plan(Compiler compiler, ModelFamily family, Optimizer optimizer, StepPlan plan) {
        var sums = new TreeMap<String, Map<String, StepTraffic>>();
        var trace = plan.trace(family, optimizer);
        var update = UpdateTrace.name(commonKind(optimizer));
        for (var program : trace.programs(compiler)) {
            long runs = runs(program, trace.spread(), update);
            for (var node : program.nodes()) {
                if (runs > 0 && node.op() instanceof Collective op) {
                    int ranks = plan.ranks().mesh().ranks(op.axis());
                    long bytes = runs * sent(op, type(program, node), ranks);
                    if (bytes > 0) {
                        sums.computeIfAbsent(op.axis(), _ -> new LinkedHashMap<>())
                                .merge(name(op), new StepTraffic(op.axis(), name(op), runs, bytes), StepTraffic::plus);
                    }
                }
            }
        }
        var all = new ArrayList<StepTraffic>();
        sums.values().forEach(axis -> all.addAll(axis.values()));
        return all;
    }

    private StepTraffic plus(StepTraffic other) {
        return new StepTraffic(axis, operation, times + other.times, bytes + other.bytes);
    }

    private static String commonKind(Optimizer optimizer) {
        var times = new HashMap<String, Integer>();
        for (int number = 1; number <= UPDATES; number++) {
            times.merge(optimizer.kind(number), 1, Integer::sum);
        }
        return Collections.max(times.entrySet(), Map.Entry.comparingByValue()).getKey();
    }

    private static long runs(Program program, StepSpread spread, String update) {
        if (StepTrace.isUpdate(program)) {
            return program.name().equals(update) ? 1 : 0;
        }
        return switch (program.name()) {
            case StepTrace.EVALUATE, StepTrace.DRAWN, StepTrace.MORE_DRAWN -> 0;
            case StepTrace.ACCUMULATE -> spread.micro() - 1 - (spread.isDeferred() ? 1 : 0);
            default -> 1;
        };
    }

    private static TensorType type(Program program, Program.Node node) {
        return node.inputs().isEmpty()
                ? node.outputs().get(0)
                : program.type(node.inputs().get(0));
    }

    private static String name(Collective op) {
        return switch (op) {
            case AllReduce _ -> "all-reduce";
            case AllGather _ -> "all-gather";
            case ReduceScatter _ -> "reduce-scatter";
            case AllToAll _ -> "all-to-all";
            case Shift _ -> "shift";
            case ReduceTo _ -> "reduce";
            case BroadcastFrom _ -> "broadcast";
            case Own _, Index _, Only _, Summand _ -> "none";
        };
    }

    /** Thakur et al. 2005, of large messages. */
    private static long sent(Collective op, TensorType input, int ranks) {
        long bytes = input.bytes();
        return switch (op) {
            case AllReduce _, ReduceTo _ -> 2 * bytes * (ranks - 1) / ranks;
            case AllGather _ -> bytes * (ranks - 1);
            case ReduceScatter _, AllToAll _, BroadcastFrom _ -> bytes * (ranks - 1) / ranks;
            case Shift _ -> bytes;
            case Own _, Index _, Only _, Summand _ -> 0;
        };
    }
}
