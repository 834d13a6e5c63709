/** Stochastic gradient descent. */
@NullMarked
package org.borealis.optimizer.sgd;

import org.jspecify.annotations.NullMarked;
