/** Text from a model: prefill, decode, sampling. */
@NullMarked
package org.borealis.trainer.decode;

import org.jspecify.annotations.NullMarked;
