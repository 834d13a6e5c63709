/** Devices that run operations, and the compiler that turns programs into what they run. */
@NullMarked
package org.borealis.device;

import org.jspecify.annotations.NullMarked;
