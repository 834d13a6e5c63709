package org.borealis.backend.torch;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Tensor;

/**
 * A call of an operator that has no Java method, as those whose names begin with an underscore. The arguments are boxed once.
 *
 * <p>The only place that makes an IValue: its wrong constructor ends the process.
 */
final class Boxed {
    private final OperatorHandle operator;
    private final IValueVector arguments;
    private final IValueVector stack;

    Boxed(Binding binding, String name, String overload) {
        operator = binding.hold(Dispatcher.singleton().findSchemaOrThrow("aten::" + name, overload));
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

    /** A list of tensors, of the type that the operator's own description gives for this argument. */
    Boxed tensors(List<Tensor> values) {
        var argument = operator.schema().arguments().getPointer(arguments.size());
        try (var list = new GenericList(argument.type().get().containedType(0))) {
            for (var tensor : values) {
                try (var value = new IValue(tensor)) {
                    list.push_back(value);
                }
            }
            return push(new IValue(list));
        }
    }

    Boxed number(double value) {
        return push(new IValue(value));
    }

    Boxed flag(boolean value) {
        return push(new IValue(value));
    }

    Boxed none() {
        return push(new IValue());
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
        operator.callBoxed(stack);
        stack.clear();
    }

    /** Calls, and copies each result into a tensor. */
    void copyTo(Tensor... targets) {
        stack.put(arguments);
        operator.callBoxed(stack);
        for (int i = 0; i < targets.length; i++) {
            try (var value = stack.get(i);
                    var result = value.toTensor()) {
                targets[i].copy_(result);
            }
        }
        stack.clear();
    }

    /** Calls, copies the first result into a tensor and adds the others to theirs. */
    void copyFirstAndAdd(Tensor first, Tensor... sums) {
        stack.put(arguments);
        operator.callBoxed(stack);
        for (int i = 0; i <= sums.length; i++) {
            try (var value = stack.get(i);
                    var result = value.toTensor()) {
                if (i == 0) {
                    first.copy_(result);
                } else {
                    sums[i - 1].add_(result);
                }
            }
        }
        stack.clear();
    }
}
