/** Clusters: who a process of a job is, and how a job is started. */
@NullMarked
package org.borealis.cluster;

import org.jspecify.annotations.NullMarked;
