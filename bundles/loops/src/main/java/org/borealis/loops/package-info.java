/** Fusions over host memory, tile by tile. */
@NullMarked
package org.borealis.loops;

import org.jspecify.annotations.NullMarked;
