/** Small stand-ins for plug-ins and services. */
@NullMarked
package org.borealis.trainer.fakes;

import org.jspecify.annotations.NullMarked;
