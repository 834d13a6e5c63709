/** How rates change over a run: by warm-up, then constant, linear, cosine, polynomial, inverse square root, stable and decay, infinite; ramps. */
@NullMarked
package org.borealis.schedule.standard;

import org.jspecify.annotations.NullMarked;
