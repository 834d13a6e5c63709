@NullMarked
package org.borealis.tokenizer.bytes;

import org.jspecify.annotations.NullMarked;
