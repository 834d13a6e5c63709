package org.borealis.model;

import org.borealis.tensor.Tensor;
import org.osgi.annotation.versioning.ConsumerType;

/** The values of a model's parameters while it is traced. */
@ConsumerType
@FunctionalInterface
public interface Weights {

    /** Value of a parameter. */
    Tensor of(Parameter parameter);
}
