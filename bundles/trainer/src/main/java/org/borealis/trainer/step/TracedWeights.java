package org.borealis.trainer.step;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;

/** A model's parameters as inputs of a program, named by {@link TrainState#parameter}. */
public final class TracedWeights implements Weights {
    private final Map<String, Tensor> tensors = new HashMap<>();

    /** Declares the inputs. */
    public TracedWeights(Program.Builder builder, List<Parameter> parameters, DataType type) {
        for (var parameter : parameters) {
            tensors.put(
                    parameter.name(),
                    builder.input(TrainState.parameter(parameter), new TensorType(type, parameter.shape())));
        }
    }

    @Override
    public Tensor of(Parameter parameter) {
        var tensor = tensors.get(parameter.name());
        if (tensor == null) {
            throw new IllegalArgumentException("the model uses parameter " + parameter.name()
                    + ", which is not among its parameters(); see its ModelFamily");
        }
        return tensor;
    }
}
