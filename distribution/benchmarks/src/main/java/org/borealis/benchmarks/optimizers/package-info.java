/** What the updates of optimizers cost. */
@NullMarked
package org.borealis.benchmarks.optimizers;

import org.jspecify.annotations.NullMarked;
