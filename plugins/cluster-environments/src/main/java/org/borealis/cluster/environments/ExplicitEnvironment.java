package org.borealis.cluster.environments;

import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.cluster.Membership;
import org.osgi.service.component.annotations.Component;

/** {@code BOREALIS_RANK} and its kin: what {@code borealis launch} sets, and anyone else may. */
@Component(property = ClusterEnvironment.NAME + "=explicit")
public final class ExplicitEnvironment implements ClusterEnvironment {
    private static final String RANK = "BOREALIS_RANK";
    private static final String SIZE = "BOREALIS_SIZE";
    private static final String LOCAL_RANK = "BOREALIS_LOCAL_RANK";
    private static final String LOCAL_SIZE = "BOREALIS_LOCAL_SIZE";

    /** Ranks and sizes of systems that make each process themselves. Slurm's are not among them: programs inherit them. */
    private static final Map<String, String> OTHERS =
            Map.of("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "PMI_RANK", "PMI_SIZE", "PALS_RANKID", "PMI_SIZE");

    @Override
    public int closeness() {
        return 100;
    }

    @Override
    public Optional<Membership> membership(Map<String, String> environment) {
        var variables = new Variables(environment, "BOREALIS_RANK");
        if (variables.text(RANK, SIZE, LOCAL_RANK, LOCAL_SIZE).isEmpty()) {
            return Optional.empty();
        }
        int rank = variables.needed(RANK);
        int size = variables.needed(SIZE);
        OTHERS.forEach((otherRank, otherSize) -> {
            boolean isSameJob = variables.number(otherSize).equals(Optional.of(size));
            int other = variables.number(otherRank).orElse(rank);
            if (isSameJob && other != rank) {
                throw variables.wrong(RANK + " is " + rank + " and " + otherRank + " is " + other + ", both of " + size
                        + " ranks; unset the BOREALIS_ variables under this launcher");
            }
        });
        boolean isTold = variables.text(LOCAL_RANK, LOCAL_SIZE).isPresent();
        int localRank = isTold ? variables.needed(LOCAL_RANK) : rank;
        int localSize = isTold ? variables.needed(LOCAL_SIZE) : size;
        String address = Meeting.address(variables, localSize == size, "");
        return Optional.of(new Membership(rank, size, localRank, localSize, address, "BOREALIS_RANK"));
    }
}
