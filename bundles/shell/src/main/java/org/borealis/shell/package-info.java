/** The command line: finds the commands, runs one, and tells what is installed. */
@NullMarked
package org.borealis.shell;

import org.jspecify.annotations.NullMarked;
