package org.borealis.backend.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.borealis.device.HeldBuffer;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/** What a kernel is made of while it is bound: everything that libtorch needs is created here, once, and closed with the kernel. */
final class Binding {
    private final TorchDevice device;
    private final String label;
    private final List<Pointer> held = new ArrayList<>();
    private final List<HeldBuffer> buffers = new ArrayList<>();
    private final List<HeldBuffer> owned = new ArrayList<>();
    private final List<Kernel> parts = new ArrayList<>();
    private final List<Boxed> calls = new ArrayList<>();
    private final List<Runnable> steps = new ArrayList<>();
    private final List<Runnable> last = new ArrayList<>();
    private long scratchBytes;

    Binding(TorchDevice device, String label) {
        this.device = device;
        this.label = label;
    }

    /** The tensors of these slots, whose memory stays while the kernel does. */
    List<View> views(List<Slot> slots) {
        for (var slot : slots) {
            var buffer = device.buffers().of(slot);
            buffer.hold();
            buffers.add(buffer);
        }
        return slots.stream()
                .map(slot -> View.of(slot, device.buffers().of(slot).address()))
                .toList();
    }

    Place place() {
        return device.place();
    }

    Operators.Operator operator(String name, String overload) {
        return device.operators().get(name, overload);
    }

    /** The type to multiply matrices of this type in. */
    DataType matrixType(DataType type) {
        return place().matrixType(type);
    }

    <P extends Pointer> P hold(P pointer) {
        held.add(pointer);
        return pointer;
    }

    /** Closes this with the kernel. */
    void closes(Kernel kernel) {
        parts.add(kernel);
    }

    Tensor tensor(View view) {
        return hold(place().tensor(view));
    }

    Scalar scalar(double value) {
        return hold(new Scalar(value));
    }

    Scalar scalar(long value) {
        return hold(new Scalar(value));
    }

    /** Memory that holds what it likes until the next kernel runs. */
    View scratch(DataType type, long... sizes) {
        var shape = View.dense(0, type, sizes);
        long start = scratchBytes;
        scratchBytes += Math.ceilDiv(shape.bytes(), (long) Slot.ALIGNMENT) * Slot.ALIGNMENT;
        return View.dense(place().scratch(Math.max(1, scratchBytes)) + start, type, sizes);
    }

    /** Memory that keeps its values as long as the kernel. */
    View own(DataType type, long... sizes) {
        var buffer = device.allocate(Math.max(1, View.dense(0, type, sizes).bytes()));
        owned.add(buffer);
        return View.dense(buffer.address(), type, sizes);
    }

    /** Memory of the host, as long as it is referred to. */
    static MemorySegment hostMemory(long bytes) {
        return Arena.ofAuto().allocate(Math.max(1, bytes), Slot.ALIGNMENT).asSlice(0, bytes);
    }

    /** This input as {@code type}: itself, or a copy made at the start of each run. */
    View as(DataType type, View input) {
        if (input.type() == type) {
            return input;
        }
        var wide = scratch(type, input.sizes());
        copy(wide, input);
        return wide;
    }

    /** Where to compute this output as {@code type}: itself, or a place that is copied to it at the end of each run. */
    View into(DataType type, View output) {
        if (output.type() == type) {
            return output;
        }
        var wide = scratch(type, output.sizes());
        var to = tensor(output);
        var from = tensor(wide);
        last.add(() -> to.copy_(from));
        return wide;
    }

    /** Adds a step that copies, converting the type. */
    void copy(View target, View source) {
        var to = tensor(target);
        var from = tensor(source);
        step(() -> to.copy_(from));
    }

    /** Adds a call of an operator, which gets its arguments before the kernel is made. */
    Boxed call(String name, String overload) {
        var call = new Boxed(this, name, overload);
        calls.add(call);
        step(call::run);
        return call;
    }

    /** Adds something to do in each run. */
    void step(Runnable step) {
        steps.add(step);
    }

    /** The kernel that does all steps. */
    TorchKernel kernel() {
        calls.forEach(Boxed::check);
        steps.addAll(last);
        return new TorchKernel(device, label, steps.toArray(Runnable[]::new), this::close);
    }

    /** Gives everything back. */
    void close() {
        parts.forEach(Kernel::close);
        held.forEach(Pointer::close);
        owned.forEach(HeldBuffer::close);
        buffers.forEach(HeldBuffer::release);
        parts.clear();
        held.clear();
        owned.clear();
        buffers.clear();
    }
}
