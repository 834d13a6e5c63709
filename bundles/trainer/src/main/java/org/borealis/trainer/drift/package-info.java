/** Compares a run's device with a second one while the run goes on. */
@NullMarked
package org.borealis.trainer.drift;

import org.jspecify.annotations.NullMarked;
