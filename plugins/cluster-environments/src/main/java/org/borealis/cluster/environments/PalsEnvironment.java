package org.borealis.cluster.environments;

import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.cluster.Membership;
import org.osgi.service.component.annotations.Component;

/** What HPE's Parallel Application Launch Service sets, the {@code mpiexec} of Aurora and Polaris. */
@Component(property = ClusterEnvironment.NAME + "=pals")
public final class PalsEnvironment implements ClusterEnvironment {
    private static final String RANK = "PALS_RANKID";

    @Override
    public int closeness() {
        return 40;
    }

    @Override
    public Optional<Membership> membership(Map<String, String> environment) {
        var variables = new Variables(environment, "PALS");
        if (!variables.has(RANK)) {
            return Optional.empty();
        }
        int rank = variables.needed(RANK);
        int size = variables.needed("PMI_SIZE");
        int other = variables.number("PMI_RANK").orElse(rank);
        if (other != rank) {
            throw variables.wrong(RANK + " is " + rank + " and PMI_RANK is " + other
                    + "; an mpiexec inside an mpiexec hands on the outer one's variables: unset PALS_RANKID");
        }
        int localRank = variables.needed("PALS_LOCAL_RANKID", "PMI_LOCAL_RANK");
        int localSize =
                variables.number("PALS_LOCAL_SIZE", "PMI_LOCAL_SIZE").orElseGet(() -> evenShare(variables, size));
        String job = variables.text("PALS_APID", "PBS_JOBID").orElse("");
        String address = Meeting.address(variables, localSize == size, job);
        return Optional.of(new Membership(rank, size, localRank, localSize, address, "PALS"));
    }

    private static int evenShare(Variables variables, int size) {
        int nodes = variables.has(Meeting.NODE_FILE) ? Meeting.nodes(variables).size() : 1;
        if (size % nodes != 0) {
            throw variables.wrong(
                    "PALS_LOCAL_SIZE is not set, and " + size + " ranks are no multiple of " + nodes + " nodes");
        }
        return size / nodes;
    }
}
