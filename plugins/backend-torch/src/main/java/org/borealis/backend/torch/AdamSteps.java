package org.borealis.backend.torch;

import java.util.List;
import org.borealis.tensor.DataType;
import org.borealis.tensor.composite.AdamStep;

/** The fused update of Adam and AdamW. */
final class AdamSteps {
    private AdamSteps() {}

    static void bind(Binding binding, AdamStep step, List<View> in, List<View> out) {
        var type = in.get(0).type().accumulator();
        var parameter = updated(binding, in.get(0), binding.into(type, out.get(0)));
        var first = updated(binding, in.get(2), binding.into(type, out.get(1)));
        var second = updated(binding, in.get(3), binding.into(type, out.get(2)));
        var gradient = binding.as(type, in.get(1));
        var number = binding.as(DataType.FLOAT32, in.get(5)); // the only type that libtorch counts updates in
        binding.call(step.decoupled() ? "_fused_adamw_" : "_fused_adam_", "tensor_lr")
                .tensors(List.of(binding.tensor(parameter)))
                .tensors(List.of(binding.tensor(gradient)))
                .tensors(List.of(binding.tensor(first)))
                .tensors(List.of(binding.tensor(second)))
                .tensors(List.of())
                .tensors(List.of(binding.tensor(number)))
                .tensor(binding.tensor(in.get(4)))
                .number(step.beta1())
                .number(step.beta2())
                .number(step.weightDecay())
                .number(step.epsilon())
                .flag(false) // amsgrad
                .flag(false) // maximise
                .none()
                .none();
    }

    private static View updated(Binding binding, View from, View to) {
        if (from.address() != to.address()) {
            binding.copy(to, from);
        }
        return to;
    }
}
