package org.borealis.corpora;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.borealis.data.Corpora;
import org.borealis.data.TokenCorpus;
import org.borealis.data.Tokenizer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** Corpora in the files that Megatron's memory-mapped data sets have. */
@Component
public final class MegatronCorpora implements Corpora {
    private final Sources sources;
    private final Disk disk;
    private final int threads;

    @Activate
    public MegatronCorpora(@Reference Sources sources) {
        this(sources, Disk.real(), Runtime.getRuntime().availableProcessors());
    }

    MegatronCorpora(Sources sources, Disk disk, int threads) {
        this.sources = sources;
        this.disk = disk;
        this.threads = threads;
    }

    @Override
    public boolean exists(Path prefix) {
        return CorpusFiles.of(prefix).exist();
    }

    @Override
    public TokenCorpus open(Path prefix) {
        return MappedCorpus.open(CorpusFiles.of(prefix));
    }

    @Override
    public Prepared prepare(List<Path> texts, Tokenizer tokenizer, Path prefix, Consumer<Progress> progress) {
        return new Preparation(sources.find(texts), tokenizer, CorpusFiles.of(prefix), disk, threads, progress).run();
    }
}
