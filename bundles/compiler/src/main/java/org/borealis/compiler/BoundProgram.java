package org.borealis.compiler;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.compiler.MemoryPlan.Block;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Executable;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.parallel.Team;
import org.borealis.tensor.Collective;
import org.borealis.tensor.Primitive.Reshape;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;

/** A planned program on a device: kernels in order, each bound to its memory. */
final class BoundProgram implements Executable {
    private final Device device;
    private final Team team;
    private final Program program;
    private final MemoryPlan plan;
    private final Map<String, Slot> bindings;
    private final Buffer workspace;
    private final Optional<Buffer> constants;
    private final Map<Block, Buffer> own = new HashMap<>();
    private final List<Kernel> kernels = new ArrayList<>();
    private final List<Exchange> exchanges = new ArrayList<>();
    private final Map<String, Slot> slots = new HashMap<>();
    private boolean closed;

    /** @param workspace large enough for the plan; not closed with this program */
    static BoundProgram of(
            Device device, Team team, Program program, MemoryPlan plan, Map<String, Slot> bindings, Buffer workspace) {
        var bound = new BoundProgram(device, team, program, plan, bindings, workspace);
        try {
            bound.bind();
        } catch (RuntimeException e) {
            bound.close();
            throw e;
        }
        return bound;
    }

    private BoundProgram(
            Device device, Team team, Program program, MemoryPlan plan, Map<String, Slot> bindings, Buffer workspace) {
        this.device = device;
        this.team = team;
        this.program = program;
        this.plan = plan;
        this.bindings = bindings;
        this.workspace = workspace;
        this.constants =
                plan.constantBytes() == 0 ? Optional.empty() : Optional.of(device.allocate(plan.constantBytes()));
    }

    private void bind() {
        var waits = Waits.of(program);
        var waiting = new HashMap<Integer, List<Kernel>>();
        for (int n = 0; n < program.nodes().size(); n++) {
            kernels.addAll(waiting.getOrDefault(n, List.of()));
            var node = program.nodes().get(n);
            if (plan.isView(program, n)) {
                continue;
            }
            var outputs = new ArrayList<Slot>();
            for (int i = 0; i < node.outputs().size(); i++) {
                outputs.add(slot(node.first() + i));
            }
            var inputs = node.inputs().stream().map(this::slot).toList();
            boolean isOnce = plan.once().get(n);
            if (node.op() instanceof Collective collective) {
                var given = inputs.isEmpty() ? outputs.getFirst() : inputs.getFirst();
                var exchange = exchange(collective, given, outputs.getFirst(), isOnce);
                waiting.computeIfAbsent(waits[n], _ -> new ArrayList<>()).addAll(exchange);
            } else {
                add(device.bind(node.op(), inputs, outputs), isOnce);
            }
        }
        kernels.addAll(waiting.getOrDefault(program.nodes().size(), List.of()));
        bindCopies();
        for (int i = 0; i < program.inputs().size(); i++) {
            slots.put(program.inputs().get(i).name(), slot(i));
        }
        for (var output : program.outputs()) {
            slots.put(output.name(), slot(output));
        }
    }

    private void add(Kernel kernel, boolean isOnce) {
        if (isOnce) {
            try (kernel) {
                kernel.run();
                device.finish();
            }
        } else {
            kernels.add(kernel);
        }
    }

    /** Begins to talk; gives what there is to be done before the first use of the result. */
    private List<Kernel> exchange(Collective op, Slot input, Slot output, boolean isOnce) {
        var exchange = Exchange.of(device, team.group(op.axis()), op, input, output);
        if (isOnce) {
            try (exchange) {
                exchange.run();
                exchange.await();
            }
            return List.of();
        }
        exchanges.add(exchange);
        kernels.add(exchange);
        return List.of(exchange::await);
    }

    /** What lies in an input or output goes through memory of its own, so that one copy can't overwrite what another still reads. */
    private void bindCopies() {
        var staged = new ArrayList<Kernel>();
        for (var copy : plan.copies()) {
            var type = program.type(copy.value());
            var source = slot(copy.value());
            var target = slot(copy.target(), 0, type);
            if (plan.isStaged(copy)) {
                var stage = new Slot(own(new Block(MemoryPlan.Kind.WORKSPACE, type.bytes(), 0)), 0, type);
                kernels.add(device.bind(new Reshape(type.shape()), List.of(source), List.of(stage)));
                source = stage;
            }
            staged.add(device.bind(new Reshape(type.shape()), List.of(source), List.of(target)));
        }
        kernels.addAll(staged);
    }

    private Slot slot(int value) {
        var place = plan.places().get(value);
        return slot(place.block(), place.offset(), program.type(value));
    }

    private Slot slot(Program.Output output) {
        var copied = plan.copies().stream()
                .filter(c -> c.value() == output.value() && belongs(c.target(), output))
                .findFirst();
        return copied.map(c -> slot(c.target(), 0, program.type(c.value()))).orElseGet(() -> slot(output.value()));
    }

    private boolean belongs(Block target, Program.Output output) {
        return output.replaces().isPresent()
                ? target.kind == MemoryPlan.Kind.INPUT
                        && target.owner == output.replaces().getAsInt()
                : target.kind == MemoryPlan.Kind.OUTPUT
                        && program.outputs().get(target.owner).equals(output);
    }

    private Slot slot(Block block, long offset, TensorType type) {
        return switch (block.kind) {
            case WORKSPACE -> new Slot(workspace, block.offset + offset, type);
            case CONSTANT -> new Slot(constants.orElseThrow(), block.offset + offset, type);
            case INPUT -> given(program.inputs().get(block.owner).name(), block, offset, type);
            case OUTPUT -> given(program.outputs().get(block.owner).name(), block, offset, type);
        };
    }

    private Slot given(String name, Block block, long offset, TensorType type) {
        var binding = bindings.get(name);
        if (binding == null) {
            var input = ownerBlock(block);
            return new Slot(own(input), offset, type);
        }
        if (binding.type().bytes() != block.bytes) {
            throw new DeviceException(
                    "binding",
                    "program " + program.name() + ": '" + name + "' takes " + block.bytes + " bytes, bound to "
                            + binding.type());
        }
        return new Slot(binding.buffer(), binding.offset() + offset, type);
    }

    /** The block that stands for the input itself, which donated results share. */
    private Block ownerBlock(Block block) {
        return block.kind == MemoryPlan.Kind.INPUT
                ? plan.places().get(block.owner).block()
                : block;
    }

    private Buffer own(Block block) {
        return own.computeIfAbsent(block, b -> device.allocate(Math.max(1, b.bytes)));
    }

    @Override
    public Program program() {
        return program;
    }

    @Override
    public Slot slot(String name) {
        var slot = slots.get(name);
        if (slot == null) {
            throw new DeviceException(
                    "binding",
                    "program " + program.name() + " has no input or output '" + name + "'; it has "
                            + slots.keySet().stream().sorted().toList());
        }
        return slot;
    }

    /** The hot loop: nothing is looked up or allocated here. */
    @Override
    public void run() {
        try {
            for (int i = 0; i < kernels.size(); i++) {
                kernels.get(i).run();
            }
        } catch (RuntimeException | Error e) {
            exchanges.forEach(exchange -> exchange.abandon(e));
            throw e;
        }
    }

    @Override
    public long workspaceBytes() {
        return plan.workspaceBytes();
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            kernels.forEach(Kernel::close);
            own.values().forEach(Buffer::close);
            constants.ifPresent(Buffer::close);
        }
    }
}
