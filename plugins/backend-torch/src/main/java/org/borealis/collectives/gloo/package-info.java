/** Ranks that are processes, which talk over TCP through Gloo: the one inside libtorch, so it lives where libtorch does. */
@NullMarked
package org.borealis.collectives.gloo;

import org.jspecify.annotations.NullMarked;
