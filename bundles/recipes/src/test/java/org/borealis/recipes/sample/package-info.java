/** Plug-ins of the tests. */
@NullMarked
package org.borealis.recipes.sample;

import org.jspecify.annotations.NullMarked;
