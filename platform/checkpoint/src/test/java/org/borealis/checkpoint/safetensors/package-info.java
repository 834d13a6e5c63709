@NullMarked
package org.borealis.checkpoint.safetensors;

import org.jspecify.annotations.NullMarked;
