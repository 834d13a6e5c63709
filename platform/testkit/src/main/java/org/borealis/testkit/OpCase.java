package org.borealis.testkit;

import java.util.List;
import java.util.stream.Collectors;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;

/** One operation on given inputs, and how exact it has to be. */
record OpCase(Op op, List<HostTensor> inputs, Bound bound) {

    static OpCase of(Op op, Bound bound, HostTensor... inputs) {
        return new OpCase(op, List.of(inputs), bound);
    }

    List<TensorType> types() {
        return inputs.stream().map(HostTensor::type).toList();
    }

    @Override
    public String toString() {
        return op.label() + " of " + types().stream().map(TensorType::toString).collect(Collectors.joining(", "));
    }
}
