/** GPT-2 and its relatives. */
@NullMarked
package org.borealis.model.gpt;

import org.jspecify.annotations.NullMarked;
