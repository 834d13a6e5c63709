package org.borealis.trainer;

import java.util.Map;
import java.util.Optional;
import org.borealis.data.Tokenizer;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;
import org.borealis.train.Optimizer;
import org.borealis.trainer.step.Precision;
import org.borealis.trainer.step.StateLayout;

/** Finds out whether a run could go on with another version of one of its plug-ins; the run stays as it is. */
record SwapTrial(RunContext context, RunPlugins plugins, Device device) {

    /** Why not, if it could not. */
    Optional<String> refusal(RunPlugins.Use use, String origin) {
        if (use.contract().equals(Contract.BACKEND)) {
            return Optional.of("the state of a run stays on the device that it is on; the next start takes it");
        }
        var section = use.choice().section();
        try (var next = context.engine().plugins().open(use.contract(), section, origin)) {
            return difference(use, next.service());
        } catch (BorealisException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        } catch (RuntimeException | LinkageError e) {
            return Optional.of("it fails: " + e);
        }
    }

    private Optional<String> difference(RunPlugins.Use use, Object next) {
        return switch (next) {
            case ModelFamily model -> difference(model, plugins.optimizer(model, Map.of()));
            case Optimizer optimizer ->
                difference(plugins.model(), plugins.optimizer(plugins.model(), Map.of(use.place(), optimizer)));
            case Tokenizer tokenizer -> difference(tokenizer);
            default -> Optional.empty(); // a schedule remembers nothing
        };
    }

    private Optional<String> difference(ModelFamily model, Optimizer optimizer) {
        var kept = Precision.of(context.settings()).kept();
        var difference = StateLayout.of(plugins.model(), plugins.optimizer(), kept)
                .difference(StateLayout.of(model, optimizer, kept));
        if (difference.isEmpty()) {
            trace(model, optimizer);
        }
        return difference;
    }

    /** Has the step planned: what a plug-in throws while it is traced must not be found out when the old one is gone. */
    private void trace(ModelFamily model, Optimizer optimizer) {
        MemoryCheck.of(new MemoryCheck.Parts(
                context.engine(),
                context.settings(),
                device,
                plugins.recipe().section(Contract.MODEL),
                model,
                optimizer,
                context.ranks()));
    }

    private Optional<String> difference(Tokenizer tokenizer) {
        var before = plugins.tokenizer();
        boolean isSame = before.vocabularySize() == tokenizer.vocabularySize()
                && before.files().keySet().equals(tokenizer.files().keySet())
                && before.files().entrySet().stream()
                        .allMatch(file -> java.util.Arrays.equals(
                                file.getValue(), tokenizer.files().get(file.getKey())));
        return isSame ? Optional.empty() : Optional.of("its vocabulary is not that of the corpus");
    }
}
