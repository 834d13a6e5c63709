/** Recipes: what a run is to be, checked against the settings that the installed plug-ins declare. */
@NullMarked
package org.borealis.recipe;

import org.jspecify.annotations.NullMarked;
