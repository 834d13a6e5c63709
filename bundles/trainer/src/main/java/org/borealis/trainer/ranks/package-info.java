/** The processes that make a run together. */
@NullMarked
package org.borealis.trainer.ranks;

import org.jspecify.annotations.NullMarked;
