package org.borealis.format.huggingface;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.borealis.checkpoint.CheckpointFormat;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Component;

/** Reads a folder that holds {@code config.json} and safetensors, or one safetensors file beside a {@code config.json}. */
@Component(property = CheckpointFormat.NAME + "=huggingface")
public final class HuggingFaceFormat implements CheckpointFormat {

    @Override
    public ForeignModel open(Path path) {
        var folder = Files.isRegularFile(path) ? path.toAbsolutePath().getParent() : path;
        if (folder == null || !Files.isDirectory(folder)) {
            throw new BorealisException(
                    "huggingface-missing",
                    "there is no model folder " + path + "; wanted a folder with config.json and model.safetensors");
        }
        var config = ModelConfig.read(folder.resolve("config.json"));
        var layout = layout(config);
        var files = WeightFiles.open(path);
        try {
            var tensors = MappedTensors.of(layout, config, files);
            return new ForeignModel(layout.family(), layout.settings(), tensors, tokenizer(folder));
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private static Layout layout(ModelConfig config) {
        config.refuse("quantization_config", "quantised weights");
        String type = config.text("model_type", "");
        return switch (type) {
            case "gpt2" -> GptLayout.of(config);
            case "llama", "qwen2", "mistral" -> LlamaLayout.of(config, type);
            default -> throw config.failure("model_type", "one of gpt2, llama, mistral, qwen2", "'" + type + "'");
        };
    }

    private static Map<String, Object> tokenizer(Path folder) {
        var file = folder.resolve("tokenizer.json");
        return Files.exists(file) ? Map.of("name", "huggingface", "path", file.toString()) : Map.of();
    }
}
