/** Which tokens a step sees: the split of a corpus and the order of its samples. */
@NullMarked
package org.borealis.trainer.data;

import org.jspecify.annotations.NullMarked;
