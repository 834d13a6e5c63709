/** Starts the container that holds everything else. Plain classes: this is the one part that is no bundle. */
@NullMarked
package org.borealis.launch;

import org.jspecify.annotations.NullMarked;
