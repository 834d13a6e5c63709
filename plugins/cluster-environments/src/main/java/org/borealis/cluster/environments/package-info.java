/** What each system tells the processes that it starts. */
@NullMarked
package org.borealis.cluster.environments;

import org.jspecify.annotations.NullMarked;
