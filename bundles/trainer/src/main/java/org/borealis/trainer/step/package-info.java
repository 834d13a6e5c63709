/** One step of training on a device: what is kept there, the programs that change it, first weights. */
@NullMarked
package org.borealis.trainer.step;

import org.jspecify.annotations.NullMarked;
