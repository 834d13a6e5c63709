/** Orders in which the stages of a pipeline compute. */
@NullMarked
package org.borealis.pipeline.schedules;

import org.jspecify.annotations.NullMarked;
