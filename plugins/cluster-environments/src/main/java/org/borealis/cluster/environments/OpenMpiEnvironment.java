package org.borealis.cluster.environments;

import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.cluster.Membership;
import org.osgi.service.component.annotations.Component;

/** What {@code mpiexec} of Open MPI sets (its FAQ, "environment variables that Open MPI sets at run time"). */
@Component(property = ClusterEnvironment.NAME + "=openmpi")
public final class OpenMpiEnvironment implements ClusterEnvironment {
    private static final String PREFIX = "OMPI_COMM_WORLD_";

    @Override
    public int closeness() {
        return 50;
    }

    @Override
    public Optional<Membership> membership(Map<String, String> environment) {
        var variables = new Variables(environment, "Open MPI");
        if (!variables.has(PREFIX + "RANK")) {
            return Optional.empty();
        }
        int rank = variables.needed(PREFIX + "RANK");
        int size = variables.needed(PREFIX + "SIZE");
        int localRank = variables.needed(PREFIX + "LOCAL_RANK");
        int localSize = variables.needed(PREFIX + "LOCAL_SIZE");
        String job = variables
                .text("PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid", "PBS_JOBID", "SLURM_JOB_ID")
                .orElse("");
        String address = Meeting.address(variables, localSize == size, job);
        return Optional.of(new Membership(rank, size, localRank, localSize, address, "Open MPI"));
    }
}
