/** Splits programs over the axes of a mesh; communication follows from where tensors are and where they are needed. */
@NullMarked
package org.borealis.compiler.partition;

import org.jspecify.annotations.NullMarked;
