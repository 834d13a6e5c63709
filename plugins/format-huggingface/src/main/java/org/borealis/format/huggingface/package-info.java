/** Checkpoints in the layout of Hugging Face's transformers. */
@NullMarked
package org.borealis.format.huggingface;

import org.jspecify.annotations.NullMarked;
