/** Sub-commands of the command line, and what the shell offers to the one that runs. */
@NullMarked
package org.borealis.command;

import org.jspecify.annotations.NullMarked;
