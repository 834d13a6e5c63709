@NullMarked
package org.borealis.tokenizer.huggingface;

import org.jspecify.annotations.NullMarked;
