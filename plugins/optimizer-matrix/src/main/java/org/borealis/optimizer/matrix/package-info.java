/** Optimizers that look at whole matrices: at their singular vectors, or at what their rows and columns have to do with each other. */
@NullMarked
package org.borealis.optimizer.matrix;

import org.jspecify.annotations.NullMarked;
