/** A backend that runs on the processor: matrix products and more by oneDNN, the rest by the platform's loops and plain Java. */
@NullMarked
package org.borealis.backend.onednn;

import org.jspecify.annotations.NullMarked;
