package org.borealis.tensor;

import java.util.List;
import org.osgi.annotation.versioning.ConsumerType;

/** Where operations go: recorded into a {@link Program}, or run at once. */
@ConsumerType
public interface Trace {

    /**
     * Applies an operation.
     *
     * @return its outputs, in order
     * @throws ShapeException if the operation does not take these inputs
     */
    List<Tensor> apply(Op op, List<Tensor> inputs);
}
