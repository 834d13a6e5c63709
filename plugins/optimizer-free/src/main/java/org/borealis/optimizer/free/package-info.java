/** Rules that need no schedule, or find their own rate: schedule-free ones, Prodigy, D-Adaptation. */
@NullMarked
package org.borealis.optimizer.free;

import org.jspecify.annotations.NullMarked;
