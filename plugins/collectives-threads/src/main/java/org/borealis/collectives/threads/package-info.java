/** Ranks that are threads of one JVM. */
@NullMarked
package org.borealis.collectives.threads;

import org.jspecify.annotations.NullMarked;
