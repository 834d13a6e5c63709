package org.borealis.launcher.standard;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
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

/** {@code srun}, in an allocation or waiting for one; or a script for {@code sbatch}. */
@Component(
        configurationPid = "org.borealis.launcher.slurm",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Launcher.NAME + "=slurm")
@Designate(ocd = SlurmLauncher.Config.class, factory = true)
public final class SlurmLauncher implements Launcher {
    /** Ranks that are ended because another failed are "Terminated": they are not the ones to name. */
    private static final Voices VOICES = new Voices.Ranks(
            Pattern.compile(" *(?<rank>\\d+): "),
            Pattern.compile("srun: error: \\S+: tasks? (?<rank>\\d+)[-,\\d]*: (?!Terminated)"
                    + "(?:Exited with exit code (?<code>\\d+)|.+)"));

    /** Settings. */
    @ObjectClassDefinition(name = "Slurm", description = "srun, or a script for sbatch.")
    public @interface Config {
        @AttributeDefinition(
                description = "srun runs the job now, inside an allocation or waiting for one; sbatch queues a script",
                options = {@Option("srun"), @Option("sbatch")})
        String mode() default "srun";

        @AttributeDefinition(description = "Account that is charged; empty means the usual one")
        String account() default "";

        @AttributeDefinition(description = "Partition; empty means the usual one")
        String partition() default "";

        @AttributeDefinition(description = "Quality of service; empty means the usual one")
        String qos() default "";

        @AttributeDefinition(description = "Features that nodes need, such as gpu; empty means any")
        String constraint() default "";

        @AttributeDefinition(
                description = "sbatch: seconds before the time limit when ranks are told to save and end",
                min = "0",
                max = "65535")
        int saveSeconds() default 120;

        @AttributeDefinition(description = "More options for srun")
        String[] arguments() default {};
    }

    private final Config config;

    @Activate
    public SlurmLauncher(Config config) {
        this.config = config;
    }

    @Override
    public Submission submit(Job job) {
        boolean isLimited = job.place().coresPerRank() > 0;
        Job limited = isLimited ? Threads.limit(job, job.place().coresPerRank()) : job;
        return config.mode().equals("sbatch") ? batch(limited) : step(limited);
    }

    private Submission step(Job job) {
        var words = srun(job);
        words.add("--job-name=" + job.name());
        option(words, "--time=", JobScript.time(job));
        option(words, "--account=", config.account());
        option(words, "--partition=", config.partition());
        option(words, "--qos=", config.qos());
        option(words, "--constraint=", config.constraint());
        words.addAll(List.of(config.arguments()));
        words.addAll(job.command());
        return Submission.of(new Program(job.environment(), words, VOICES));
    }

    private Submission batch(Job job) {
        var place = job.place();
        String time = JobScript.time(job);
        var script = new JobScript("#SBATCH")
                .ask("--job-name=", job.name())
                .ask("--nodes=", Integer.toString(place.nodes()))
                .ask("--ntasks=", Integer.toString(place.ranks()))
                .ask("--ntasks-per-node=", Integer.toString(place.ranksPerNode()))
                .ask("--cpus-per-task=", place.coresPerRank() > 0 ? Integer.toString(place.coresPerRank()) : "")
                .ask("--time=", time)
                .ask("--signal=TERM@", time.isEmpty() ? "" : Integer.toString(config.saveSeconds()))
                .ask("--account=", config.account())
                .ask("--partition=", config.partition())
                .ask("--qos=", config.qos())
                .ask("--constraint=", config.constraint())
                .ask("--output=", job.logs().resolve("slurm-%j.txt").toString());
        var words = srun(job);
        words.addAll(List.of(config.arguments()));
        words.addAll(job.command());
        Path path = job.logs().resolve("launch.sbatch");
        return new Submission(
                List.of(new Script(path, script.run(job, job.environment(), Submission.line(Map.of(), words)))),
                List.of(new Program(Map.of(), List.of("sbatch", path.toString()), new Voices.Queue())),
                true);
    }

    private static List<String> srun(Job job) {
        var place = job.place();
        var words = new ArrayList<>(List.of(
                "srun",
                "--label",
                "--kill-on-bad-exit=1",
                "--nodes=" + place.nodes(),
                "--ntasks=" + place.ranks(),
                "--ntasks-per-node=" + place.ranksPerNode()));
        if (place.coresPerRank() > 0) {
            words.addAll(List.of("--cpus-per-task=" + place.coresPerRank(), "--cpu-bind=cores"));
        }
        return words;
    }

    private static void option(List<String> words, String name, String value) {
        if (!value.isEmpty()) {
            words.add(name + value);
        }
    }
}
