/** Plug-ins that people bring: where they come from, what is checked, and the lock file that remembers them. */
@NullMarked
package org.borealis.shell.install;

import org.jspecify.annotations.NullMarked;
