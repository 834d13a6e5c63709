/** Operations that models are made of, each defined once by what it means and by its gradient. */
@NullMarked
package org.borealis.tensor.composite;

import org.jspecify.annotations.NullMarked;
