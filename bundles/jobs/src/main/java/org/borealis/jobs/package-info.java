/** Starts the processes of a job, and sees to it that they all end. */
@NullMarked
package org.borealis.jobs;

import org.jspecify.annotations.NullMarked;
