/** Rules whose steps have a length that depends on the norm of each parameter, for large batches: LARS, LAMB, MARS. */
@NullMarked
package org.borealis.optimizer.layerwise;

import org.jspecify.annotations.NullMarked;
