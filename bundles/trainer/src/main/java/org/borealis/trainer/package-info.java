/** Training: the command, and the life of a run. */
@NullMarked
package org.borealis.trainer;

import org.jspecify.annotations.NullMarked;
