package org.borealis.trainer.step;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.model.Parameter;
import org.borealis.parallel.Held;
import org.borealis.parallel.Held.Role;
import org.borealis.parallel.Ownership;
import org.borealis.tensor.DataType;
import org.borealis.train.Optimizer;

/** What the tensors of a run are to those who say where they are kept. */
public final class Holdings {
    private final List<Parameter> parameters;
    private final Optimizer optimizer;
    private final Map<String, Ownership> ownerships = new HashMap<>();

    /**
     * @param parameters of the whole model, so that all ranks agree on who owns which
     * @param kept type of the parameters
     */
    public Holdings(List<Parameter> parameters, Optimizer optimizer, DataType kept) {
        this.parameters = List.copyOf(parameters);
        this.optimizer = Masters.of(optimizer, kept);
        var whole = parameters.stream().filter(p -> !optimizer.isElementwise(p)).toList();
        var sizes = whole.stream().map(p -> p.shape().elements()).toList();
        for (int i = 0; i < whole.size(); i++) {
            ownerships.put(whole.get(i).name(), new Ownership(i, sizes));
        }
    }

    List<Parameter> parameters() {
        return parameters;
    }

    Optimizer optimizer() {
        return optimizer;
    }

    /** Whether an update needs all that belongs to a parameter. */
    boolean isWhole(Parameter parameter) {
        return ownerships.containsKey(parameter.name());
    }

    private Optional<Ownership> ownership(Parameter parameter) {
        return Optional.ofNullable(ownerships.get(parameter.name()));
    }

    /** What a parameter's value, gradient or sum of gradients is. */
    Held held(Role role, Parameter parameter) {
        return new Held(role, parameter.name(), parameter.shape(), parameter.dims(), ownership(parameter));
    }

    /** What an optimizer remembers of a parameter. */
    Held held(Parameter parameter, Optimizer.State state) {
        boolean isAlike = state.type().shape().equals(parameter.shape());
        return new Held(
                Role.OPTIMIZER,
                parameter.name() + "/" + state.name(),
                state.type().shape(),
                isAlike ? parameter.dims() : List.of(),
                ownership(parameter));
    }
}
