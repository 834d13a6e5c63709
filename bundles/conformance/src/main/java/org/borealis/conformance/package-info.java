/** {@code borealis conformance}: the kit for backends, run against one that is installed. */
@NullMarked
package org.borealis.conformance;

import org.jspecify.annotations.NullMarked;
