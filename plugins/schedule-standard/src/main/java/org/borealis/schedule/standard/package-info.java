/** Learning rates: constant, linear, cosine. */
@NullMarked
package org.borealis.schedule.standard;

import org.jspecify.annotations.NullMarked;
