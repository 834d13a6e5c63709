/** Experts of mixtures over ranks; each rank has its own sequences of a batch. */
@NullMarked
package org.borealis.parallel.expert;

import org.jspecify.annotations.NullMarked;
