/** How a run is spread over ranks: meshes, placements, strategies, and the collectives that they end in. */
@NullMarked
package org.borealis.parallel;

import org.jspecify.annotations.NullMarked;
