/** Rules that take of a direction little more than its sign: Lion and Sophia. */
@NullMarked
package org.borealis.optimizer.sign;

import org.jspecify.annotations.NullMarked;
