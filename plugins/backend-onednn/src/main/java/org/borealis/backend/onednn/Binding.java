package org.borealis.backend.onednn;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.borealis.device.DeviceException;
import org.borealis.device.HeldBuffer;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Fusion;
import org.bytedeco.javacpp.Pointer;

/** What a kernel is made of while it is bound: everything that a run needs is created here, once, and closed with the kernel. */
final class Binding {
    private final OnednnDevice device;
    private final String label;
    private final List<Pointer> held = new ArrayList<>();
    private final List<HeldBuffer> buffers = new ArrayList<>();
    private final List<HeldBuffer> owned = new ArrayList<>();
    private final List<Kernel> kernels = new ArrayList<>();
    private final List<Runnable> steps = new ArrayList<>();
    private long scratchBytes;

    Binding(OnednnDevice device, String label) {
        this.device = device;
        this.label = label;
    }

    /** The tensors of these slots, whose memory stays while the kernel does. */
    List<Operand> operands(List<Slot> slots) {
        var operands = new ArrayList<Operand>();
        for (var slot : slots) {
            var buffer = device.buffers().of(slot);
            operands.add(new Operand(buffer.address() + slot.offset(), slot.type()));
            buffer.hold();
            buffers.add(buffer);
        }
        return operands;
    }

    String label() {
        return label;
    }

    Engine engine() {
        return device.engine();
    }

    int workers() {
        return device.workers().count();
    }

    <P extends Pointer> P hold(P pointer) {
        held.add(pointer);
        return pointer;
    }

    /** Memory that holds what it likes until the next kernel runs. */
    long scratch(long bytes) {
        long start = scratchBytes;
        scratchBytes += Math.ceilDiv(bytes, (long) Slot.ALIGNMENT) * Slot.ALIGNMENT;
        return device.scratch().address(Math.max(1, scratchBytes)) + start;
    }

    Operand scratch(TensorType type) {
        return new Operand(scratch(type.bytes()), type);
    }

    /** Memory that keeps its values as long as the kernel. */
    Operand own(TensorType type) {
        var buffer = device.allocate(Math.max(1, type.bytes()));
        owned.add(buffer);
        return new Operand(buffer.address(), type);
    }

    /** This input as {@code type}: itself, or a copy made now, at this place among the steps. */
    Operand as(DataType type, Operand input) {
        if (input.elements() == type) {
            return input;
        }
        var copy = scratch(input.type().as(type));
        convert(input, copy);
        return copy;
    }

    /** Adds a step that converts every element. */
    void convert(Operand from, Operand to) {
        loops(new Primitive.Convert(to.elements()), List.of(from), to);
    }

    /** Adds a step that runs a pointwise, broadcast or reduction primitive. */
    void loops(Op op, List<Operand> in, Operand out) {
        if (out.isEmpty()) {
            return;
        }
        var builder = new Program.Builder(op.label());
        var tensors = new ArrayList<Tensor>();
        for (int i = 0; i < in.size(); i++) {
            tensors.add(builder.input("in" + i, in.get(i).type()));
        }
        builder.output("out", builder.apply(op, tensors).get(0));
        loops(new Fusion(builder.build()), in, List.of(out));
    }

    /** Adds a step that runs a fusion. */
    void loops(Fusion fusion, List<Operand> in, List<Operand> out) {
        var kernel = device.loops()
                .bind(
                        fusion,
                        in.stream().map(Operand::memory).toList(),
                        out.stream().map(Operand::memory).toList(),
                        device.workers());
        kernels.add(kernel);
        steps.add(kernel::run);
    }

    /** Adds something to do in each run. */
    void step(Runnable step) {
        steps.add(step);
    }

    /** Adds numbered tasks that the workers share, done when the next step begins. */
    void parallel(int tasks, IntConsumer task) {
        if (tasks == 1) {
            steps.add(() -> task.accept(0));
        } else if (tasks > 1) {
            var workers = device.workers();
            steps.add(() -> workers.run(tasks, task));
        }
    }

    /** As {@link #parallel}, for tasks that call oneDNN. */
    void withOnednn(int tasks, IntConsumer task) {
        parallel(tasks, OpenMp.alone(task));
    }

    /** Makes primitives, now, for the one thread that will run each. */
    void prepare(int count, IntConsumer make) {
        var alone = OpenMp.alone(make);
        try {
            for (int i = 0; i < count; i++) {
                alone.accept(i);
            }
        } catch (DeviceException e) {
            throw e;
        } catch (RuntimeException e) { // what JavaCPP makes of a C++ exception
            throw Engine.failed(label, e);
        }
    }

    /** The kernel that does all steps. */
    OnednnKernel kernel() {
        return new OnednnKernel(device, label, steps.toArray(Runnable[]::new), this::close);
    }

    /** Gives everything back. */
    void close() {
        kernels.forEach(Kernel::close);
        held.forEach(Pointer::close);
        owned.forEach(HeldBuffer::close);
        buffers.forEach(HeldBuffer::release);
        kernels.clear();
        held.clear();
        owned.clear();
        buffers.clear();
    }
}
