package org.borealis.trainer.model;

import java.util.Optional;
import org.borealis.checkpoint.TensorSource;
import org.borealis.data.Tokenizer;
import org.borealis.device.Device;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.trainer.step.Slots;
import org.borealis.trainer.step.TrainState;

/** A model with trained parameters. */
public final class OpenedModel implements AutoCloseable {
    private final String origin;
    private final String prefix;
    private final TensorSource tensors;
    private final Choice<ModelFamily> family;
    private final Optional<Choice<Tokenizer>> tokenizer;
    private final Optional<Section> backend;

    /**
     * @param origin what messages call it
     * @param prefix of parameter names in {@code tensors}
     * @param backend that it was trained with, if known
     */
    OpenedModel(
            String origin,
            String prefix,
            TensorSource tensors,
            Choice<ModelFamily> family,
            Optional<Choice<Tokenizer>> tokenizer,
            Optional<Section> backend) {
        this.origin = origin;
        this.prefix = prefix;
        this.tensors = tensors;
        this.family = family;
        this.tokenizer = tokenizer;
        this.backend = backend;
    }

    public ModelFamily family() {
        return family.service();
    }

    /** The backend that it was trained with, if known. */
    public Optional<Section> backend() {
        return backend;
    }

    /** What turns text into its tokens. */
    public Tokenizer tokenizer() {
        return tokenizer
                .orElseThrow(() -> new BorealisException(
                        "tokenizer-missing",
                        origin + " brings no tokenizer that an installed plug-in reads, so it can't be given text"))
                .service();
    }

    /** The type to compute in: float64 if the parameters are, else float32. */
    public DataType computeType() {
        return tensors.types().values().stream().anyMatch(t -> t.type() == DataType.FLOAT64)
                ? DataType.FLOAT64
                : DataType.FLOAT32;
    }

    /** Puts the parameters onto a device, under the names of {@link TrainState#parameter}. */
    public Slots load(Device device) {
        var slots = new Slots(device);
        try {
            for (var parameter : family().parameters()) {
                var slot = slots.add(TrainState.parameter(parameter), new TensorType(computeType(), parameter.shape()));
                var stored = stored(parameter);
                slots.write(slot, tensors.read(prefix + parameter.name()), stored);
            }
            return slots;
        } catch (RuntimeException e) {
            slots.close();
            throw e;
        }
    }

    private DataType stored(Parameter parameter) {
        var found = tensors.types().get(prefix + parameter.name());
        if (found == null || !found.shape().equals(parameter.shape())) {
            throw new BorealisException(
                    "checkpoint-mismatch",
                    origin + ": parameter " + parameter.name() + " is wanted with shape " + parameter.shape()
                            + ", the checkpoint " + (found == null ? "has none" : "has " + found));
        }
        return found.type();
    }

    @Override
    public void close() {
        tokenizer.ifPresent(Choice::close);
        family.close();
        tensors.close();
    }
}
