/** Passes over programs, {@code Program -> Program}, and the plan and binding that let one run on a device. */
@NullMarked
package org.borealis.compiler;

import org.jspecify.annotations.NullMarked;
