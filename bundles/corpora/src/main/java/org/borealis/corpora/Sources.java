package org.borealis.corpora;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.borealis.data.DocumentSource;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * The installed document sources. They come and go while a run goes on that has opened a corpus, so the reference is dynamic: it must
 * not take the users of this service down with it.
 */
@Component(service = Sources.class)
public final class Sources {
    @Reference(policy = ReferencePolicy.DYNAMIC)
    private volatile List<Map.Entry<Map<String, Object>, DocumentSource>> installed = List.of();

    @Activate
    public Sources() {}

    Sources(Map<String, DocumentSource> byName) {
        var all = new ArrayList<Map.Entry<Map<String, Object>, DocumentSource>>();
        byName.forEach((name, source) -> all.add(Map.entry(Map.of(DocumentSource.NAME, name), source)));
        installed = List.copyOf(all);
    }

    /** Finds for each file who reads it; all files are looked at before anything starts. */
    List<Text> find(List<Path> files) {
        if (files.isEmpty()) {
            throw new BorealisException("text-missing", "no text was named; wanted are files such as novel.txt.");
        }
        return files.stream().map(this::find).toList();
    }

    private Text find(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new BorealisException(
                    "text-missing",
                    Files.isDirectory(file)
                            ? file + " is a folder; name the files in it, such as " + file.resolve("*.txt") + "."
                            : "there is no text file " + file.toAbsolutePath() + ".");
        }
        for (var source : installed) {
            if (source.getValue().reads(file)) {
                return text(file, source.getValue());
            }
        }
        throw new BorealisException(
                "text-format",
                "no installed source reads " + file + "; installed are " + names()
                        + ". Files are told by their endings, such as .txt and .jsonl.gz.");
    }

    private static Text text(Path file, DocumentSource source) {
        try {
            return new Text(file, source, source.size(file));
        } catch (IOException e) {
            throw new BorealisException("text-unreadable", file + " can't be read: " + e.getMessage(), e);
        }
    }

    private String names() {
        var names = new TreeSet<String>();
        installed.forEach(source -> names.add(String.valueOf(source.getKey().get(DocumentSource.NAME))));
        return names.isEmpty() ? "none" : String.join(", ", names);
    }
}
