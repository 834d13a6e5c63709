package org.borealis.trainer;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.borealis.checkpoint.Checkpoints.Checkpoint;
import org.borealis.data.TokenCorpus;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.model.ModelOpener;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StateLayout;
import org.borealis.trainer.step.TrainState;

/** The checkpoints of one run: what they hold beside tensors, and what has to agree for the run to go on from one. */
record RunCheckpoints(RunContext context) {
    private static final String CORPUS = "corpus";

    /** The newest that is whole; empty if none was saved yet. */
    Optional<Checkpoint> latest() {
        var folder = context.folder().checkpoints();
        var skipped = new ArrayList<String>();
        var latest = context.engine()
                .checkpoints()
                .latest(
                        folder,
                        broken -> skipped.add(
                                broken.path() + ": " + broken.problem().orElse("it is not whole")));
        if (latest.isEmpty() && !skipped.isEmpty()) {
            throw new BorealisException(
                    "checkpoints-broken",
                    "run '" + context.settings().name() + "' can't go on, because no checkpoint in " + folder
                            + " is whole; " + String.join("; ", skipped)
                            + ". Bring one back, or begin anew with --fresh, which moves these aside");
        }
        skipped.forEach(broken -> context.display().line("skipped the checkpoint " + broken));
        return latest;
    }

    /** All ranks call it; each writes what it is to write. */
    Path save(Progress progress, TrainState state, RunPlugins plugins, Lineage lineage, TokenCorpus corpus) {
        var metadata = new LinkedHashMap<>(progress.metadata());
        metadata.put(CORPUS, corpus.digest());
        lineage.putInto(metadata);
        var attachments = new LinkedHashMap<String, byte[]>();
        attachments.put(
                ModelOpener.RECIPE,
                context.engine().recipes().write(plugins.recipe()).getBytes(StandardCharsets.UTF_8));
        plugins.tokenizer()
                .files()
                .forEach((key, content) -> attachments.put(ModelOpener.TOKENIZER_FILE + key, content));
        return context.engine()
                .checkpoints()
                .save(
                        context.ranks(),
                        context.folder().checkpoints(),
                        progress.step(),
                        state.pieces(),
                        metadata,
                        attachments);
    }

    void prune() {
        context.engine()
                .checkpoints()
                .prune(context.folder().checkpoints(), context.settings().checkpoint_keep());
    }

    /** Refuses to go on with another recipe, but for what leaves the steps that were done as they are. */
    void requireSameRecipe(Checkpoint checkpoint, RunPlugins plugins) {
        var change = RecipeChange.between(ModelOpener.recipe(context.engine(), checkpoint), plugins.recipe());
        change.refuse(context.settings().name());
        if (!change.noted().isEmpty()) {
            context.display()
                    .line("changed since the run began: " + String.join(", ", change.noted())
                            + "; losses agree with the old ones within rounding, not bit for bit");
        }
    }

    /** What to do where a run can't go on with the plug-ins that are there now. */
    String putBack(Lineage lineage, Map<String, String> present) {
        return "All that was done is saved. Put back what made it (" + Lineage.differing(lineage.latest(), present)
                + "), and go on: " + context.again() + " --resume";
    }

    /** Refuses to go on from what another version left, if a part of that would be lost or would have to be made up. */
    void requireSameState(Checkpoint checkpoint, Progress progress, Lineage lineage, RunPlugins plugins) {
        var present = plugins.origins();
        if (lineage.latest().isEmpty() || lineage.latest().equals(present)) {
            return;
        }
        long sequence = progress.tokens() / Math.max(1, progress.samples());
        var kept = Precision.of(context.settings()).kept();
        StateLayout.of(checkpoint.types(), progress.numbers().keySet(), sequence)
                .difference(StateLayout.of(plugins.model(), plugins.optimizer(), kept))
                .ifPresent(difference -> {
                    throw new BorealisException(
                            "plugin-changed",
                            "run '" + context.settings().name() + "' can't go on from step " + progress.step()
                                    + " with " + Lineage.differing(present, lineage.latest()) + ": " + difference
                                    + ".\n" + putBack(lineage, present));
                });
    }

    /** Refuses to go on with other data: the losses would not be those of the unbroken run. */
    void requireSameData(Checkpoint checkpoint, TokenCorpus corpus, Tokenizer tokenizer, Path prefix) {
        var before = checkpoint.metadata().get(CORPUS);
        if (!corpus.digest().equals(before)) {
            throw new BorealisException(
                    "corpus-changed",
                    "the corpus " + prefix + " is not the one that run '"
                            + context.settings().name() + "' began with: its index has SHA-256 " + corpus.digest()
                            + ", the run's had " + before
                            + ". Bring the old one back, or begin anew with --fresh");
        }
        for (Map.Entry<String, byte[]> file : tokenizer.files().entrySet()) {
            var kept = checkpoint.attachment(ModelOpener.TOKENIZER_FILE + file.getKey());
            if (kept.isPresent() && !java.util.Arrays.equals(kept.get(), file.getValue())) {
                throw new BorealisException(
                        "tokenizer-changed",
                        "the file of tokenizer." + file.getKey() + " is not the one that run '"
                                + context.settings().name() + "' began with; a copy of that is in "
                                + checkpoint.path() + ". Bring it back, or begin anew with --fresh");
            }
        }
    }
}
