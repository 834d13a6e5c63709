/** Speed and memory of a training step, as ratios to a peer and to the machine's roof in the same run. */
@NullMarked
package org.borealis.benchmarks;

import org.jspecify.annotations.NullMarked;
