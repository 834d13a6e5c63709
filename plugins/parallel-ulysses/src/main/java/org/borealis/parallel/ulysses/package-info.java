/** Sequences split over ranks; attention exchanges positions for heads. */
@NullMarked
package org.borealis.parallel.ulysses;

import org.jspecify.annotations.NullMarked;
