/** Steps of ranks that have some of the layers each. */
@NullMarked
package org.borealis.trainer.pipeline;

import org.jspecify.annotations.NullMarked;
