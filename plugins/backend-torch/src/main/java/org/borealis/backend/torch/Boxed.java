package org.borealis.backend.torch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * A call of an operator by its name, with every argument of its schema in order. The arguments are boxed once, and a call makes no Java
 * object; the Java method of an operator that writes into a given tensor makes one of 48 bytes, and takes as long.
 *
 * <p>The only place that makes an IValue: its wrong constructor ends the process.
 */
final class Boxed {
    private final Binding binding;
    private final Operators.Operator operator;
    private final IValueVector arguments;
    private final IValueVector stack;

    Boxed(Binding binding, String name, String overload) {
        this.binding = binding;
        operator = binding.operator(name, overload);
        arguments = binding.hold(new IValueVector());
        stack = binding.hold(new IValueVector());
    }

    private Boxed push(IValue value) {
        try (value) {
            arguments.push_back(value);
        }
        return this;
    }

    Boxed tensor(Tensor value) {
        return push(new IValue(value));
    }

    Boxed tensors(List<Tensor> values) {
        return list(values.stream().map(IValue::new).toList());
    }

    Boxed integer(long value) {
        return push(new IValue(value));
    }

    Boxed integers(long... values) {
        return list(Arrays.stream(values).mapToObj(IValue::new).toList());
    }

    Boxed number(double value) {
        return push(new IValue(value));
    }

    Boxed scalar(Scalar value) {
        return push(new IValue(value));
    }

    Boxed flag(boolean value) {
        return push(new IValue(value));
    }

    Boxed flags(boolean... values) {
        var flags = new ArrayList<IValue>();
        for (boolean value : values) {
            flags.add(new IValue(value));
        }
        return list(flags);
    }

    Boxed text(String value) {
        try (var bytes = new BytePointer(value)) {
            return push(new IValue(bytes));
        }
    }

    Boxed none() {
        return push(new IValue());
    }

    /** A list of the type that the operator's own description gives for this argument. */
    private Boxed list(List<IValue> values) {
        var type = operator.arguments().getPointer(arguments.size()).type();
        while (type.get().containedTypeSize() > 0) { // through an optional list to its elements
            type = binding.hold(type.get().containedType(0));
        }
        try (var list = new GenericList(type)) {
            for (var value : values) {
                try (value) {
                    list.push_back(value);
                }
            }
            return push(new IValue(list));
        }
    }

    /** That every argument has been given; a call with fewer would end the process. */
    void check() {
        if (arguments.size() != operator.argumentCount()) {
            throw new IllegalStateException(
                    operator.name() + " takes " + operator.argumentCount() + " arguments, given " + arguments.size());
        }
    }

    /** Another tensor in the place of an argument. */
    void replace(int index, Tensor value) {
        try (var boxed = new IValue(value)) {
            arguments.put(index, boxed);
        }
    }

    /** Calls, and drops what the operator gives. */
    void run() {
        stack.put(arguments);
        operator.handle().callBoxed(stack);
        stack.clear();
    }

    /** Calls with a value that is not kept. */
    private void run(int index, IValue value) {
        stack.put(arguments);
        stack.put(index, value);
        operator.handle().callBoxed(stack);
        stack.clear();
    }

    /** What calls, and copies each result into a tensor. */
    Runnable copyingTo(Tensor... targets) {
        return handing(targets, targets.length);
    }

    /** What calls, copies the first result into a tensor and adds the others to theirs. */
    Runnable copyingFirstAndAdding(Tensor... targets) {
        return handing(targets, 1);
    }

    private Runnable handing(Tensor[] targets, int copied) {
        var takers = new Boxed[targets.length];
        for (int i = 0; i < takers.length; i++) {
            takers[i] = i < copied
                    ? new Boxed(binding, "copy_", "").tensor(targets[i]).none().flag(false)
                    : new Boxed(binding, "add_", "Tensor")
                            .tensor(targets[i])
                            .none()
                            .scalar(binding.scalar(1.0));
        }
        var results = places(takers.length);
        return () -> {
            stack.put(arguments);
            operator.handle().callBoxed(stack);
            for (int i = 0; i < takers.length; i++) {
                takers[i].run(1, results[i]);
            }
            stack.clear();
        };
    }

    /** The first places of the stack: its memory stays where it is once it has held the arguments, which are more than the results. */
    private IValue[] places(int count) {
        stack.put(arguments);
        var places = new IValue[count];
        Arrays.setAll(places, stack::get);
        stack.clear();
        return places;
    }
}
