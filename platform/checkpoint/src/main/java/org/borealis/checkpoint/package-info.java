/** Checkpoints: the native store, foreign formats, and the safetensors codec that both use. */
@NullMarked
package org.borealis.checkpoint;

import org.jspecify.annotations.NullMarked;
