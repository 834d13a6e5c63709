package org.borealis.corpora;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.borealis.data.Tokenizer;
import org.borealis.data.TokenizerTrainer;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicyOption;

/** Learns a vocabulary from texts, with the installed trainer of a tokenizer. */
@Component(service = VocabularyTraining.class)
public final class VocabularyTraining {
    private final Sources sources;
    private final List<Map.Entry<Map<String, Object>, TokenizerTrainer>> trainers;
    private final Disk disk;

    @Activate
    public VocabularyTraining(
            @Reference Sources sources,
            @Reference(service = TokenizerTrainer.class, policyOption = ReferencePolicyOption.GREEDY)
                    List<Map.Entry<Map<String, Object>, TokenizerTrainer>> trainers) {
        this(sources, trainers, Disk.real());
    }

    VocabularyTraining(Sources sources, List<Map.Entry<Map<String, Object>, TokenizerTrainer>> trainers, Disk disk) {
        this.sources = sources;
        this.trainers = trainers;
        this.disk = disk;
    }

    /**
     * Writes what {@code tokenizer} learns. Training is a function of the texts, so a preparation that is run again finds the file that
     * it would write; any other file is only replaced if that is wished.
     */
    void train(String tokenizer, List<Path> texts, int vocabularySize, Path file, boolean replaces) {
        var trainer = trainer(tokenizer);
        byte[] content;
        try (var sample = new VocabularySample(sources.find(texts), VocabularySample.CHARACTERS)) {
            content = trainer.train(sample, vocabularySize);
        }
        if (!holds(file, content, replaces)) {
            disk.write(file.toAbsolutePath(), content.length, channel -> {
                for (var bytes = ByteBuffer.wrap(content); bytes.hasRemaining(); ) {
                    channel.write(bytes);
                }
            });
        }
    }

    private static boolean holds(Path file, byte[] content, boolean replaces) {
        try {
            var folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            if (!Files.exists(file)) {
                return false;
            }
            if (Files.size(file) == content.length && Arrays.equals(Files.readAllBytes(file), content)) {
                return true;
            }
        } catch (IOException e) {
            throw new BorealisException("write-failed", file + " can't be written: " + e.getMessage(), e);
        }
        if (!replaces) {
            throw new BorealisException(
                    "tokenizer-exists",
                    file + " is there already, and holds another vocabulary. Use it with --set tokenizer.path=" + file
                            + ", replace it with --force, or choose another file for --train-tokenizer.");
        }
        return false;
    }

    private TokenizerTrainer trainer(String tokenizer) {
        var names = new TreeSet<String>();
        for (var entry : trainers) {
            String name = String.valueOf(entry.getKey().get(Tokenizer.NAME));
            if (name.equals(tokenizer)) {
                return entry.getValue();
            }
            names.add(name);
        }
        throw new BorealisException(
                "tokenizer-trainer",
                "the tokenizer '" + tokenizer + "' can't be trained; installed are trainers for "
                        + (names.isEmpty() ? "none" : String.join(", ", names)) + ".");
    }
}
