/** Runs operations with libtorch on the processor: memory of its own, tensors bound once, kernels called through JavaCPP. */
@NullMarked
package org.borealis.backend.torch;

import org.jspecify.annotations.NullMarked;
