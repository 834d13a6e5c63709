/** Llama and its relatives. */
@NullMarked
package org.borealis.model.llama;

import org.jspecify.annotations.NullMarked;
