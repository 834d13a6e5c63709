/** From text to tokens: documents, tokenizers, token corpora. */
@NullMarked
package org.borealis.data;

import org.jspecify.annotations.NullMarked;
