package org.borealis.launcher.standard;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.borealis.cluster.ClusterException;
import org.borealis.cluster.Job;
import org.borealis.cluster.Launcher;
import org.borealis.cluster.Submission;
import org.borealis.cluster.Submission.Program;
import org.borealis.cluster.Submission.Voices;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** One process of this machine for each rank. */
@Component(
        configurationPid = "org.borealis.launcher.local",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Launcher.NAME + "=local")
@Designate(ocd = LocalLauncher.Config.class, factory = true)
public final class LocalLauncher implements Launcher {

    /** Settings. */
    @ObjectClassDefinition(name = "Local", description = "Processes on this machine.")
    public @interface Config {
        @AttributeDefinition(description = "Whether each rank gets cores of its own, where taskset is installed")
        boolean bind() default true;
    }

    private final Config config;

    @Activate
    public LocalLauncher(Config config) {
        this.config = config;
    }

    @Override
    public Submission submit(Job job) {
        if (job.place().nodes() > 1) {
            throw new ClusterException(
                    "launcher-local",
                    "the local launcher has one machine, and the job wants "
                            + job.place().nodes() + " nodes; take launcher mpiexec, slurm or pbs");
        }
        var programs = IntStream.range(0, job.place().ranks())
                .mapToObj(rank -> program(job, rank))
                .toList();
        return new Submission(List.of(), programs, false);
    }

    private Program program(Job job, int rank) {
        String size = Integer.toString(job.place().ranks());
        var environment = new LinkedHashMap<>(job.environment());
        environment.put("BOREALIS_RANK", Integer.toString(rank));
        environment.put("BOREALIS_SIZE", size);
        environment.put("BOREALIS_LOCAL_RANK", Integer.toString(rank));
        environment.put("BOREALIS_LOCAL_SIZE", size);
        environment.put("BOREALIS_ADDRESS", "127.0.0.1:" + job.port());
        var command = new ArrayList<String>();
        List<Integer> cores = config.bind() ? cores(job.place(), rank) : List.of();
        int threads = cores.isEmpty() ? job.place().coresPerRank() : cores.size();
        if (threads > 0) {
            environment.put("OMP_NUM_THREADS", Integer.toString(threads));
            environment.put("OPENBLAS_NUM_THREADS", Integer.toString(threads));
        }
        if (!cores.isEmpty()) {
            command.addAll(
                    List.of("taskset", "-c", cores.stream().map(String::valueOf).collect(Collectors.joining(","))));
        }
        command.addAll(job.command());
        return new Program(environment, command, new Voices.Rank(rank));
    }

    /** The next ones in turn; where there are fewer cores than ranks, they are shared. */
    private static List<Integer> cores(Job.Place place, int rank) {
        int all = place.cores().size();
        int each = place.coresPerRank() > 0 ? Math.min(place.coresPerRank(), all) : Math.max(1, all / place.ranks());
        return all == 0
                ? List.of()
                : IntStream.range(0, each)
                        .mapToObj(i -> place.cores().get((rank * each + i) % all))
                        .sorted()
                        .toList();
    }
}
