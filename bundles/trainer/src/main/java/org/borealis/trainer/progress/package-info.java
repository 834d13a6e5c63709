/** What a person sees of a run while it goes. */
@NullMarked
package org.borealis.trainer.progress;

import org.jspecify.annotations.NullMarked;
