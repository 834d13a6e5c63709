package org.borealis.compiler;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.borealis.compiler.partition.Partition;
import org.borealis.device.Buffer;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.device.Footprint;
import org.borealis.device.Rematerialisation;
import org.borealis.device.Slot;
import org.borealis.device.Stage;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.parallel.Team;
import org.borealis.tensor.Collective;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.composite.Factorisation;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The passes in their order. Pure but for the memory that a compiled program holds, and for what has been logged. */
@Component
public final class ProgramCompiler implements Compiler {
    private static final Logger LOG = LoggerFactory.getLogger(ProgramCompiler.class);

    private final Set<String> told = ConcurrentHashMap.newKeySet();

    @Override
    public Device complete(Device device) {
        return new CompleteDevice(device, this::tell);
    }

    private void tell(Factorisation op, Device device) {
        String sentence = op.label() + " is computed on the host, one core at a time: the device has no kernel for it ("
                + device.description() + ")";
        if (told.add(sentence)) {
            LOG.warn(sentence);
        }
    }

    @Override
    public Program differentiate(Program program, String loss, List<String> inputs) {
        return Differentiate.of(program, loss, inputs);
    }

    @Override
    public Program precision(Program forward, DataType compute) {
        return Precision.of(forward, compute);
    }

    @Override
    public Program narrow(Program program, Set<String> inputs, DataType type) {
        return Narrow.of(program, inputs, type);
    }

    @Override
    public Program rematerialise(Program differentiated, String loss, Rematerialisation policy) {
        return policy instanceof Rematerialisation.None
                ? differentiated
                : Rematerialise.of(differentiated, loss, policy);
    }

    @Override
    public Program partition(Program program, Spread spread, Signature signature) {
        // what an owner has is marked in any case, so that values have the same numbers whatever becomes of them
        return Prune.of(Partition.of(program, spread, signature), op -> op instanceof Collective.Only);
    }

    @Override
    public List<Stage> stages(Program forward, int parts) {
        return Stages.of(forward, parts);
    }

    @Override
    public Program differentiate(Stage stage, List<String> inputs) {
        return Differentiate.of(stage, inputs);
    }

    @Override
    public List<Program> cut(Program program, List<Set<String>> outputs, Set<String> held) {
        return Pieces.of(program, outputs, held);
    }

    private static Program lower(Program program, Device device) {
        var lowered = Lower.of(program, (op, types) -> op instanceof Again || device.fuses(op, types));
        var fused = Fuse.of(Prune.of(Share.near(lowered)), device::fuses);
        // behind the other passes: nothing may join the two passes any more
        return Overlap.of(Again.drop(Share.of(fused.orElseGet(() -> Prune.of(lowered)))));
    }

    @Override
    public Footprint plan(Device device, List<Draft> drafts, String loss, Team team) {
        var complete = complete(device);
        return Footprints.of(
                drafts.stream()
                        .map(draft -> Footprints.Planned.of(
                                Localise.of(lower(draft.program(), complete), team), draft.bound(), draft.spent()))
                        .toList(),
                loss);
    }

    @Override
    public List<Executable> compile(Device given, List<Job> jobs, Team team) {
        var device = complete(given);
        var programs = jobs.stream()
                .map(job -> Localise.of(lower(job.program(), device), team))
                .toList();
        var plans = new ArrayList<MemoryPlan>();
        for (int i = 0; i < jobs.size(); i++) {
            var job = jobs.get(i);
            plans.add(MemoryPlan.of(programs.get(i), job.bindings().keySet(), job.spent()));
        }
        long bytes = plans.stream().mapToLong(MemoryPlan::workspaceBytes).max().orElse(0);
        var workspace = device.allocate(Math.max(1, bytes));
        var users = new AtomicInteger(jobs.size());
        var bound = new ArrayList<Executable>();
        try {
            for (int i = 0; i < jobs.size(); i++) {
                bound.add(new Tenant(
                        BoundProgram.of(
                                device,
                                team,
                                programs.get(i),
                                plans.get(i),
                                jobs.get(i).bindings(),
                                workspace),
                        workspace,
                        users));
            }
        } catch (RuntimeException e) {
            bound.forEach(Executable::close);
            workspace.close();
            throw e;
        }
        return List.copyOf(bound);
    }

    /** A program together with its share in the workspace, which goes when the last one does. */
    private static final class Tenant implements Executable {
        private final BoundProgram bound;
        private final Buffer workspace;
        private final AtomicInteger users;
        private boolean closed;

        Tenant(BoundProgram bound, Buffer workspace, AtomicInteger users) {
            this.bound = bound;
            this.workspace = workspace;
            this.users = users;
        }

        @Override
        public Program program() {
            return bound.program();
        }

        @Override
        public Slot slot(String name) {
            return bound.slot(name);
        }

        @Override
        public void run() {
            bound.run();
        }

        @Override
        public long workspaceBytes() {
            return bound.workspaceBytes();
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                bound.close();
                if (users.decrementAndGet() == 0) {
                    workspace.close();
                }
            }
        }
    }
}
