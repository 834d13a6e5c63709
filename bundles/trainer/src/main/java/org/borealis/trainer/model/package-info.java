/** Models opened from checkpoints, native or foreign. */
@NullMarked
package org.borealis.trainer.model;

import org.jspecify.annotations.NullMarked;
