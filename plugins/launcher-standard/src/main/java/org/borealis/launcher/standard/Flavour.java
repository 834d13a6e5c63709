package org.borealis.launcher.standard;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.borealis.cluster.Job;
import org.borealis.cluster.Submission.Voices;

/** The programs that are called mpiexec. */
enum Flavour {
    /** Hydra, the process manager of MPICH and its relatives; hands on all variables. */
    mpich("\\[(?<rank>\\d+)\\] ", "\\[(?<rank>\\d+)\\] " + Flavour.LAST_WORDS + "(?<code>\\d+)") {
        @Override
        List<String> options(Job job, String hosts, String binding, int saveSeconds) {
            var words = new ArrayList<>(List.of("-prepend-rank"));
            sizes(words, job, "-n", "-ppn");
            pair(words, "-f", hosts);
            int cores = job.place().coresPerRank();
            pair(words, "-bind-to", binding.isEmpty() && cores > 0 ? "core:" + cores : binding);
            return words;
        }

        /** Hydra ends the other ranks when one dies by a signal, but not when one ends with an exit code. */
        @Override
        List<String> command(Job job) {
            return guarded(job, "kill -9 $$");
        }
    },

    /** ORTE, of Open MPI 4; hands on the variables that it is told, and binds to a single core unless told not to. */
    openmpi(
            "\\[\\d+,(?<rank>\\d+)\\]<std(?:out|err)>:",
            "\\[\\d+,(?<rank>\\d+)\\]<stderr>:" + Flavour.LAST_WORDS + "(?<code>\\d+)") {
        @Override
        List<String> options(Job job, String hosts, String binding, int saveSeconds) {
            int cores = job.place().coresPerRank();
            var words = new ArrayList<>(List.of("--tag-output"));
            sizes(words, job, "-n", "");
            String each = "ppr:" + job.place().ranksPerNode() + ":node";
            pair(words, "--map-by", cores > 0 ? each + ":PE=" + cores : each);
            String usual = cores > 0 ? "core" : "none";
            pair(words, "--bind-to", binding.isEmpty() ? usual : binding);
            pair(words, "--hostfile", hosts);
            job.environment().keySet().forEach(name -> pair(words, "-x", name));
            words.addAll(List.of("--mca", "odls_base_sigkill_timeout", Integer.toString(saveSeconds)));
            return words;
        }

        /** What mpiexec itself says about a rank that failed is sometimes lost at its end. */
        @Override
        List<String> command(Job job) {
            return guarded(job, "exit $code");
        }
    },

    /** HPE's Parallel Application Launch Service, on Aurora and Polaris. */
    pals(
            "(?:\\S+ )?(?<rank>\\d+): ",
            ".*: rank (?<rank>\\d+) (?:exited with code (?<code>\\d+)|died from signal \\d+).*") {
        @Override
        List<String> options(Job job, String hosts, String binding, int saveSeconds) {
            var words = new ArrayList<>(List.of("--envall", "--line-buffer", "--label"));
            sizes(words, job, "-n", "--ppn");
            pair(words, "--hostfile", hosts);
            int cores = job.place().coresPerRank();
            pair(words, "--cpu-bind", binding.isEmpty() && cores > 0 ? "depth" : binding);
            pair(words, "--depth", cores > 0 ? Integer.toString(cores) : "");
            return words;
        }
    };

    private static final String LAST_WORDS = "this rank ended with exit code ";

    /** Open MPI's own is a second. */
    static final int SAVE_SECONDS = 10;

    private final Voices voices;

    Flavour(String mark, String obituary) {
        this.voices = new Voices.Ranks(Pattern.compile(mark), Pattern.compile(obituary));
    }

    /**
     * What stands between mpiexec and the command.
     *
     * @param hosts file with a host a line, or empty
     * @param binding of ranks to cores in this flavour's own words, or empty
     * @param saveSeconds between SIGTERM and SIGKILL; Open MPI always waits for all of it, and as long before SIGTERM
     */
    abstract List<String> options(Job job, String hosts, String binding, int saveSeconds);

    /** What every rank runs. */
    List<String> command(Job job) {
        return job.command();
    }

    /** Says how the rank ended. A SIGTERM goes to both, and the rank may save first. */
    private static List<String> guarded(Job job, String end) {
        String script = "trap : TERM INT; \"$@\"; code=$?; [ $code = 0 ] || { echo \"" + LAST_WORDS + "$code\" >&2; "
                + end + "; }";
        var words = new ArrayList<>(List.of("sh", "-c", script, "rank"));
        words.addAll(job.command());
        return words;
    }

    Voices voices() {
        return voices;
    }

    private static void sizes(List<String> words, Job job, String ranks, String perNode) {
        pair(words, ranks, Integer.toString(job.place().ranks()));
        if (!perNode.isEmpty()) {
            pair(words, perNode, Integer.toString(job.place().ranksPerNode()));
        }
    }

    private static void pair(List<String> words, String option, String value) {
        if (!value.isEmpty()) {
            words.add(option);
            words.add(value);
        }
    }
}
