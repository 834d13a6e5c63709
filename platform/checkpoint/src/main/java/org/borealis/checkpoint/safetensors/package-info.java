/** The safetensors file format: an eight-byte length, a JSON header, and the elements of named tensors. */
@NullMarked
package org.borealis.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
