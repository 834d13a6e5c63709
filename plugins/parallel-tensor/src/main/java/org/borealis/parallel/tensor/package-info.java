/** Tensor parallelism, with activations split by sequence between layers on request. */
@NullMarked
package org.borealis.parallel.tensor;

import org.jspecify.annotations.NullMarked;
