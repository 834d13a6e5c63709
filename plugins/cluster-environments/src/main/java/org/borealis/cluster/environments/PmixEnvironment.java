package org.borealis.cluster.environments;

import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.cluster.Membership;
import org.osgi.service.component.annotations.Component;

/**
 * PMIx tells a process its rank in a variable and everything else through a library. Open MPI, Slurm and PALS, which
 * speak it, set variables of their own; without those the rank alone is no place in a job.
 */
@Component(property = ClusterEnvironment.NAME + "=pmix")
public final class PmixEnvironment implements ClusterEnvironment {
    @Override
    public int closeness() {
        return 10; // asked last: whoever says more has spoken by then
    }

    @Override
    public Optional<Membership> membership(Map<String, String> environment) {
        var variables = new Variables(environment, "PMIx");
        if (!variables.has("PMIX_RANK")) {
            return Optional.empty();
        }
        throw variables.wrong("PMIX_RANK is " + variables.needed("PMIX_RANK")
                + ", and no variable says how many ranks there are; start with mpiexec or srun, or set BOREALIS_RANK,"
                + " BOREALIS_SIZE and BOREALIS_ADDRESS=HOST:PORT for every rank");
    }
}
