/** Data parallelism, with what a run keeps split over the ranks. */
@NullMarked
package org.borealis.parallel.data;

import org.jspecify.annotations.NullMarked;
