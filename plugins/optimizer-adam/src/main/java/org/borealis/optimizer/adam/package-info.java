/** Adam and AdamW. */
@NullMarked
package org.borealis.optimizer.adam;

import org.jspecify.annotations.NullMarked;
