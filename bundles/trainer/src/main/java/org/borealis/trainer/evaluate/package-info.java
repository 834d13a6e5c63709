/** Loss of a model on whole documents. */
@NullMarked
package org.borealis.trainer.evaluate;

import org.jspecify.annotations.NullMarked;
