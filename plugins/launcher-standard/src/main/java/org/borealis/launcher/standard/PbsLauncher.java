package org.borealis.launcher.standard;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.borealis.cluster.Job;
import org.borealis.cluster.Launcher;
import org.borealis.cluster.Submission;
import org.borealis.cluster.Submission.Program;
import org.borealis.cluster.Submission.Script;
import org.borealis.cluster.Submission.Voices;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** A script for {@code qsub} that starts the ranks by mpiexec, as on Aurora and Polaris. */
@Component(
        configurationPid = "org.borealis.launcher.pbs",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Launcher.NAME + "=pbs")
@Designate(ocd = PbsLauncher.Config.class, factory = true)
public final class PbsLauncher implements Launcher {

    /** Settings. */
    @ObjectClassDefinition(name = "PBS", description = "A script for qsub.")
    public @interface Config {
        @AttributeDefinition(description = "Queue, such as debug; empty means the usual one")
        String queue() default "";

        @AttributeDefinition(description = "Project that is charged; empty means the usual one")
        String account() default "";

        @AttributeDefinition(description = "File systems that the job needs, such as home:eagle; empty names none")
        String filesystems() default "";

        @AttributeDefinition(description = "What nodes have to be, such as system=polaris; empty means any")
        String select() default "";

        @AttributeDefinition(
                description = "Whose mpiexec the nodes have",
                options = {@Option("pals"), @Option("mpich"), @Option("openmpi")})
        String flavour() default "pals";

        @AttributeDefinition(
                description =
                        "Which cores ranks get, in the words of the flavour, such as list:1-8:9-16; empty means as many as --cores says")
        String cpuBind() default "";

        @AttributeDefinition(description = "More options for mpiexec")
        String[] arguments() default {};
    }

    /** PBS sets it on the first node: a file with a host a line. */
    private static final String HOSTS = "$PBS_NODEFILE";

    private final Config config;

    @Activate
    public PbsLauncher(Config config) {
        this.config = config;
    }

    @Override
    public Submission submit(Job asked) {
        int cores = asked.place().coresPerRank();
        Job job = cores > 0 ? Threads.limit(asked, cores) : asked;
        String kind = config.select().isEmpty() ? "" : ":" + config.select();
        var script = new JobScript("#PBS")
                .ask("-N ", job.name())
                .ask("-l select=", job.place().nodes() + kind)
                .ask("-l place=", "scatter")
                .ask("-l walltime=", JobScript.time(job))
                .ask("-l filesystems=", config.filesystems())
                .ask("-q ", config.queue())
                .ask("-A ", config.account())
                .ask("-j ", "oe")
                .ask("-o ", job.logs().resolve("pbs.txt").toString());
        var words = new ArrayList<>(List.of("mpiexec"));
        var flavour = Flavour.valueOf(config.flavour());
        words.addAll(flavour.options(job, HOSTS, config.cpuBind(), Flavour.SAVE_SECONDS));
        words.addAll(List.of(config.arguments()));
        words.addAll(flavour.command(job));
        String line = Submission.line(Map.of(), words).replace(Submission.quoted(HOSTS), '"' + HOSTS + '"');
        Path path = job.logs().resolve("launch.pbs");
        return new Submission(
                List.of(new Script(path, script.run(job, job.environment(), line))),
                List.of(new Program(Map.of(), List.of("qsub", path.toString()), new Voices.Queue())),
                true);
    }
}
