/** The peer: models as a libtorch user writes them, in ATen operations under autograd. */
@NullMarked
package org.borealis.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
