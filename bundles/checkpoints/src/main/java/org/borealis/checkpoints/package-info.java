/** The native checkpoint store and the command that looks after it. */
@NullMarked
package org.borealis.checkpoints;

import org.jspecify.annotations.NullMarked;
