@NullMarked
package org.borealis.checkpoints;

import org.jspecify.annotations.NullMarked;
