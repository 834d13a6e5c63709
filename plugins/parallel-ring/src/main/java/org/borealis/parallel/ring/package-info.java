/** Sequences split over ranks; keys and values go round in a ring. */
@NullMarked
package org.borealis.parallel.ring;

import org.jspecify.annotations.NullMarked;
