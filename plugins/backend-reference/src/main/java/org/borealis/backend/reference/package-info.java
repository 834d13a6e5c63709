/** The backend that says what every operation means. */
@NullMarked
package org.borealis.backend.reference;

import org.jspecify.annotations.NullMarked;
