/** Reads and checks recipes, and makes the plug-ins that they choose. */
@NullMarked
package org.borealis.recipes;

import org.jspecify.annotations.NullMarked;
