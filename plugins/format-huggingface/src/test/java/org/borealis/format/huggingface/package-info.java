@NullMarked
package org.borealis.format.huggingface;

import org.jspecify.annotations.NullMarked;
