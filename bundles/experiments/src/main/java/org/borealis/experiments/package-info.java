/** Trains many variants of a recipe, and shows them beside each other. */
@NullMarked
package org.borealis.experiments;

import org.jspecify.annotations.NullMarked;
