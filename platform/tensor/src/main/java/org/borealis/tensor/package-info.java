/** Tensors, the operations on them, and programs made of those: what a model is traced into. */
@NullMarked
package org.borealis.tensor;

import org.jspecify.annotations.NullMarked;
