package org.borealis.cluster.environments;

import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.cluster.Membership;
import org.osgi.service.component.annotations.Component;

/** What {@code mpiexec} of MPICH sets, by its process manager Hydra, and others that speak PMI. */
@Component(property = ClusterEnvironment.NAME + "=pmi")
public final class PmiEnvironment implements ClusterEnvironment {
    private static final String[] LOCAL_RANK = {"MPI_LOCALRANKID", "PMI_LOCAL_RANK"};
    private static final String[] LOCAL_SIZE = {"MPI_LOCALNRANKS", "PMI_LOCAL_SIZE"};

    @Override
    public int closeness() {
        return 30;
    }

    @Override
    public Optional<Membership> membership(Map<String, String> environment) {
        var variables = new Variables(environment, "PMI");
        boolean isSlurms =
                variables.has("SLURM_STEP_ID") && variables.text(LOCAL_RANK).isEmpty();
        if (!variables.has("PMI_RANK") || isSlurms) {
            return Optional.empty(); // srun --mpi=pmi2 says more in its own variables
        }
        int rank = variables.needed("PMI_RANK");
        int size = variables.needed("PMI_SIZE");
        int localRank = size == 1 ? 0 : variables.needed(LOCAL_RANK);
        int localSize = size == 1 ? 1 : variables.needed(LOCAL_SIZE);
        String job = variables.text("PMI_JOBID", "PBS_JOBID", "SLURM_JOB_ID").orElse("");
        String address = Meeting.address(variables, localSize == size, job);
        return Optional.of(new Membership(rank, size, localRank, localSize, address, "PMI"));
    }
}
