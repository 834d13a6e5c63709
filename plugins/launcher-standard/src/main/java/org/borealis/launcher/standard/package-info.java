/** Local processes, mpiexec, Slurm and PBS. */
@NullMarked
package org.borealis.launcher.standard;

import org.jspecify.annotations.NullMarked;
