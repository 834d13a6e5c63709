/** The services that commands work with. */
@NullMarked
package org.borealis.trainer.engine;

import org.jspecify.annotations.NullMarked;
