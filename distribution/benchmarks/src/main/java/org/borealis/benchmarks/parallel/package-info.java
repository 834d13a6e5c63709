/** What it costs and saves that several ranks make a step. */
@NullMarked
package org.borealis.benchmarks.parallel;

import org.jspecify.annotations.NullMarked;
