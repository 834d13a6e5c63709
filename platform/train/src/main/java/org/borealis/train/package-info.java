/** What a training run is made of: optimizers, schedules, events. */
@NullMarked
package org.borealis.train;

import org.jspecify.annotations.NullMarked;
