package org.borealis.launcher.standard;

import java.util.ArrayList;
import java.util.List;
import org.borealis.cluster.Job;
import org.borealis.cluster.Launcher;
import org.borealis.cluster.Submission;
import org.borealis.cluster.Submission.Program;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** One {@code mpiexec} that starts all ranks, on this machine or on the hosts of a file. */
@Component(
        configurationPid = "org.borealis.launcher.mpiexec",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Launcher.NAME + "=mpiexec")
@Designate(ocd = MpiexecLauncher.Config.class, factory = true)
public final class MpiexecLauncher implements Launcher {

    /** Settings. */
    @ObjectClassDefinition(name = "mpiexec", description = "mpiexec of MPICH, Open MPI or PALS.")
    public @interface Config {
        @AttributeDefinition(
                description = "Whose mpiexec it is: each has options of its own",
                options = {@Option("mpich"), @Option("openmpi"), @Option("pals")})
        String flavour() default "mpich";

        @AttributeDefinition(description = "The program")
        String program() default "mpiexec";

        @AttributeDefinition(description = "File with a host a line; empty leaves the hosts to mpiexec")
        String hostfile() default "";

        @AttributeDefinition(
                description =
                        "Which cores ranks get, in the words of the flavour: depth or list:1-8:9-16 for PALS; empty means as many as --cores says")
        String cpuBind() default "";

        @AttributeDefinition(description = "openmpi: whether root may start ranks")
        boolean asRoot() default false;

        @AttributeDefinition(description = "openmpi: whether there may be more ranks than cores")
        boolean oversubscribe() default false;

        @AttributeDefinition(
                description =
                        "openmpi: seconds that ranks have to save and end after SIGTERM; as long passes before they get it, and all of it passes",
                min = "1")
        int saveSeconds() default Flavour.SAVE_SECONDS;

        @AttributeDefinition(description = "More options for mpiexec")
        String[] arguments() default {};
    }

    private final Config config;

    @Activate
    public MpiexecLauncher(Config config) {
        this.config = config;
    }

    @Override
    public Submission submit(Job asked) {
        var job = Threads.limit(asked.place().nodes() == 1 ? asked.with(Job.PORT, asked.port()) : asked);
        var flavour = Flavour.valueOf(config.flavour());
        var words = new ArrayList<>(List.of(config.program()));
        words.addAll(flavour.options(job, config.hostfile(), config.cpuBind(), config.saveSeconds()));
        if (flavour == Flavour.openmpi && config.asRoot()) {
            words.add("--allow-run-as-root");
        }
        if (flavour == Flavour.openmpi && config.oversubscribe()) {
            words.add("--oversubscribe");
        }
        words.addAll(List.of(config.arguments()));
        words.addAll(flavour.command(job));
        return Submission.of(new Program(job.environment(), words, flavour.voices()));
    }
}
