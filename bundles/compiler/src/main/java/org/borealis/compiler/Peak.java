package org.borealis.compiler;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.borealis.compiler.MemoryPlan.Block;
import org.borealis.compiler.MemoryPlan.Kind;
import org.borealis.tensor.Program;

/** The moment of a program at which most of its workspace is in use, and what it is in use for. */
final class Peak {
    /** A value in a block, until the next one is written over it. */
    private static final class Tenant {
        final long bytes;
        final int from;
        final boolean isForward;
        /** Last node of the backward pass that reads it; -1 if there is none. */
        int lastRead = -1;

        Tenant(long bytes, int from, boolean isForward) {
            this.bytes = bytes;
            this.from = from;
            this.isForward = isForward;
        }

        boolean waitsAt(int moment) {
            return isForward && from <= moment && moment < lastRead;
        }
    }

    private Peak() {}

    /** Bytes of what the forward pass computed and the backward pass is still to read, at that moment. */
    static long activations(Program program, MemoryPlan plan, String loss) {
        var forward = forward(program, loss);
        int moment = moment(plan, program.nodes().size());
        return tenants(program, plan, forward).stream()
                .filter(tenant -> tenant.waitsAt(moment))
                .mapToLong(tenant -> tenant.bytes)
                .sum();
    }

    /** Nodes that the loss depends on; all, if there is no such output. */
    private static BitSet forward(Program program, String loss) {
        var nodes = new BitSet();
        var values = new BitSet();
        program.outputs().stream().filter(output -> output.name().equals(loss)).forEach(o -> values.set(o.value()));
        if (values.isEmpty()) {
            nodes.set(0, program.nodes().size());
        }
        for (int n = program.nodes().size() - 1; n >= 0; n--) {
            var node = program.nodes().get(n);
            int next = values.nextSetBit(node.first());
            if (next >= 0 && next < node.first() + node.outputs().size()) {
                nodes.set(n);
                node.inputs().forEach(values::set);
            }
        }
        return nodes;
    }

    private static int moment(MemoryPlan plan, int nodes) {
        var change = new long[nodes + 2];
        for (var block : plan.blocks()) {
            if (block.kind == Kind.WORKSPACE) {
                change[block.from] += block.bytes;
                change[block.to + 1] -= block.bytes;
            }
        }
        int moment = 0;
        long most = 0;
        long live = 0;
        for (int n = 0; n < change.length; n++) {
            live += change[n];
            if (live > most) {
                most = live;
                moment = n;
            }
        }
        return moment;
    }

    private static List<Tenant> tenants(Program program, MemoryPlan plan, BitSet forward) {
        Map<Block, Tenant> present = new IdentityHashMap<>();
        var all = new ArrayList<Tenant>();
        for (int n = 0; n < program.nodes().size(); n++) {
            var node = program.nodes().get(n);
            for (int value : node.inputs()) {
                var tenant = present.get(plan.places().get(value).block());
                if (tenant != null && !forward.get(n) && !plan.isView(program, n)) {
                    tenant.lastRead = n;
                }
            }
            for (int i = 0; i < node.outputs().size() && !plan.isView(program, n); i++) {
                var block = plan.places().get(node.first() + i).block();
                if (block.kind == Kind.WORKSPACE) {
                    var tenant = new Tenant(block.bytes, n, forward.get(n));
                    present.put(block, tenant);
                    all.add(tenant);
                }
            }
        }
        return all;
    }
}
