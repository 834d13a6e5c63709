/** What a run leaves on disk: its folder, lock, events and log. */
@NullMarked
package org.borealis.trainer.run;

import org.jspecify.annotations.NullMarked;
