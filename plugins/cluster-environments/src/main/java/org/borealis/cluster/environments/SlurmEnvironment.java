package org.borealis.cluster.environments;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.cluster.Membership;
import org.osgi.service.component.annotations.Component;

/**
 * What {@code srun} sets (its manual, "output environment variables"). The script of {@code sbatch} itself has most of
 * these, too, and is no rank: only a step has {@code SLURM_STEP_ID}.
 */
@Component(property = ClusterEnvironment.NAME + "=slurm")
public final class SlurmEnvironment implements ClusterEnvironment {
    private static final Pattern TASKS = Pattern.compile("([0-9]{1,9})(?:\\(x([0-9]{1,9})\\))?");

    @Override
    public int closeness() {
        return 20;
    }

    @Override
    public Optional<Membership> membership(Map<String, String> environment) {
        var variables = new Variables(environment, "Slurm");
        if (!variables.has("SLURM_STEP_ID") || !variables.has("SLURM_PROCID")) {
            return Optional.empty();
        }
        int rank = variables.needed("SLURM_PROCID");
        int size = variables.needed("SLURM_STEP_NUM_TASKS", "SLURM_NTASKS");
        int localRank = variables.needed("SLURM_LOCALID");
        int localSize = localSize(variables, size);
        String step = variables.text("SLURM_JOB_ID").orElse("") + "."
                + variables.text("SLURM_STEP_ID").orElse("");
        String address = Meeting.address(variables, localSize == size, step);
        return Optional.of(new Membership(rank, size, localRank, localSize, address, "Slurm"));
    }

    /** {@code SLURM_STEP_TASKS_PER_NODE} reads {@code 4(x2),3}: four each on two nodes, three on the last. */
    private static int localSize(Variables variables, int size) {
        String text = variables
                .text("SLURM_STEP_TASKS_PER_NODE", "SLURM_TASKS_PER_NODE")
                .orElseThrow(() -> variables.wrong("SLURM_STEP_TASKS_PER_NODE is not set"));
        List<Integer> perNode = new ArrayList<>();
        for (String part : text.split(",")) {
            Matcher tasks = TASKS.matcher(part);
            if (!tasks.matches()) {
                throw variables.wrong("tasks per node are wanted as 4(x2),3; got '" + text + "'");
            }
            int nodes = tasks.group(2) == null ? 1 : Integer.parseInt(tasks.group(2));
            for (int i = 0; i < nodes; i++) {
                perNode.add(Integer.parseInt(tasks.group(1)));
            }
        }
        int node = variables.needed("SLURM_NODEID");
        int sum = perNode.stream().mapToInt(Integer::intValue).sum();
        if (node >= perNode.size() || sum != size) {
            throw variables.wrong("tasks per node are '" + text + "', which is not what node " + node + " of a step of "
                    + size + " tasks would be told");
        }
        return perNode.get(node);
    }
}
