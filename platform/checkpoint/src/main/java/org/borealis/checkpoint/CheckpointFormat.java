package org.borealis.checkpoint;

import java.nio.file.Path;
import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Reads checkpoints of another program; registered as a service with the property {@value #NAME}. On the command line a foreign
 * checkpoint is {@code NAME:PATH}, such as {@code huggingface:models/llama}.
 */
@ConsumerType
public interface CheckpointFormat {
    /** Service property that names the format. */
    String NAME = "format.name";

    /**
     * Opens a checkpoint.
     *
     * @throws org.borealis.tensor.BorealisException if it is not one of this format, or of a model that no family here can be
     */
    ForeignModel open(Path path);

    /**
     * A model read from elsewhere.
     *
     * @param family name of the model family that can run it
     * @param settings of that family
     * @param tensors under the family's parameter names, in its shapes
     * @param tokenizer section that reads the checkpoint's tokenizer, {@code name} and settings; empty if it brings none
     */
    record ForeignModel(
            String family, Map<String, Object> settings, TensorSource tensors, Map<String, Object> tokenizer) {
        public ForeignModel {
            settings = Map.copyOf(settings);
            tokenizer = Map.copyOf(tokenizer);
        }
    }
}
