/** Adam and what came of it. */
@NullMarked
package org.borealis.optimizer.adam;

import org.jspecify.annotations.NullMarked;
