/** Rules that divide by how great gradients have been: Adagrad and its kin, Adafactor, CAME. */
@NullMarked
package org.borealis.optimizer.adaptive;

import org.jspecify.annotations.NullMarked;
