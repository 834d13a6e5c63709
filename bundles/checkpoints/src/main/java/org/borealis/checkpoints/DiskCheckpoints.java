package org.borealis.checkpoints;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.borealis.checkpoint.Checkpoints;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Checkpoints as folders of a file system. */
@Component
public final class DiskCheckpoints implements Checkpoints {
    private static final Logger LOG = LoggerFactory.getLogger(DiskCheckpoints.class);
    private static final long STATE_FILE_BYTES = 1L << 30;

    private final Disk disk;
    private final long stateFileBytes;

    @Activate
    public DiskCheckpoints() {
        this(new Disk.Real(), STATE_FILE_BYTES);
    }

    DiskCheckpoints(Disk disk, long stateFileBytes) {
        this.disk = disk;
        this.stateFileBytes = stateFileBytes;
    }

    @Override
    public Path save(
            Writers writers,
            Path folder,
            long step,
            List<Piece> pieces,
            Map<String, Object> metadata,
            Map<String, byte[]> attachments) {
        var target = folder.resolve(CheckpointFolder.name(step));
        var prefix = writers.count() == 1 ? "" : String.format("rank-%05d-", writers.index());
        var plan = SavePlan.of(prefix, pieces, writers.index() == 0 ? attachments : Map.of(), stateFileBytes);
        new Saving(disk, target, writers, plan, step, metadata).run();
        return target;
    }

    @Override
    public void prune(Path folder, int keep) {
        if (keep < 1) {
            throw new IllegalArgumentException("at least one checkpoint is kept, asked for " + keep);
        }
        var entries = list(folder);
        var complete = entries.stream().filter(e -> e.problem().isEmpty()).toList();
        try {
            if (complete.size() >= keep) {
                long oldestKept = complete.get(complete.size() - keep).step();
                for (var entry : entries) {
                    if (entry.step() < oldestKept) {
                        remove(entry.path());
                    }
                }
            }
            for (var path : CheckpointFolder.remains(folder)) {
                disk.deleteAll(path);
            }
        } catch (IOException e) {
            throw new BorealisException(
                    "checkpoint-prune", "old checkpoints in " + folder + " can't be deleted: " + e.getMessage(), e);
        }
    }

    /** Under its own name a checkpoint is never in parts, not even while it is deleted. */
    private void remove(Path checkpoint) throws IOException {
        var unfinished = CheckpointFolder.unfinished(checkpoint);
        disk.deleteAll(unfinished);
        disk.rename(checkpoint, unfinished);
        disk.deleteAll(unfinished);
    }

    @Override
    public List<Entry> list(Path folder) {
        return CheckpointFolder.candidates(folder).stream()
                .map(DiskCheckpoints::entry)
                .toList();
    }

    private static Entry entry(CheckpointFolder.Candidate candidate) {
        try {
            var manifest = Inspection.quick(candidate.path());
            if (manifest.step() != candidate.step()) {
                throw new Broken("its manifest is that of step " + manifest.step());
            }
            return new Entry(candidate.path(), candidate.step(), manifest.bytes(), Optional.empty());
        } catch (Broken e) {
            return new Entry(candidate.path(), candidate.step(), 0, Optional.of(e.problem()));
        }
    }

    @Override
    public Optional<Checkpoint> latest(Path folder, Consumer<Entry> skipped) {
        for (var entry : list(folder).reversed()) {
            if (entry.problem().isPresent()) {
                skipped.accept(entry);
                continue;
            }
            try {
                return Optional.of(DiskCheckpoint.open(entry.path()));
            } catch (Broken e) {
                skipped.accept(new Entry(entry.path(), entry.step(), entry.bytes(), Optional.of(e.problem())));
            }
        }
        return Optional.empty();
    }

    @Override
    public Checkpoint open(Path path) {
        if (!isOne(path)) {
            return newest(path);
        }
        try {
            return DiskCheckpoint.open(path);
        } catch (Broken e) {
            throw new BorealisException(
                    "checkpoint-broken",
                    "the checkpoint " + path + " is broken: " + e.problem() + ". " + otherThan(path));
        }
    }

    private Checkpoint newest(Path path) {
        var skipped = new ArrayList<Entry>();
        var latest = latest(within(path), skipped::add);
        if (latest.isEmpty()) {
            var message = new StringBuilder("there is no checkpoint in " + path);
            if (!Files.isDirectory(path)) {
                message.append(", for there is no such folder");
            } else if (!skipped.isEmpty()) {
                message.append(" that is whole");
                skipped.forEach(e -> message.append("; ").append(broken(e)));
            }
            throw new BorealisException("checkpoint-missing", message.toString());
        }
        skipped.forEach(e -> LOG.warn("skipped a newer checkpoint: {}", broken(e)));
        return latest.get();
    }

    private static String broken(Entry entry) {
        return entry.path() + ": " + entry.problem().orElse("");
    }

    private String otherThan(Path broken) {
        var folder = CheckpointFolder.parent(broken);
        for (var entry : list(folder).reversed()) {
            if (!entry.path().toAbsolutePath().equals(broken.toAbsolutePath())
                    && entry.problem().isEmpty()
                    && verify(entry.path()).isEmpty()) {
                return "The newest one beside it that is whole is " + entry.path();
            }
        }
        return "There is no other one beside it that is whole";
    }

    @Override
    public List<String> verify(Path path) {
        if (isOne(path)) {
            return problems(path);
        }
        var candidates = CheckpointFolder.candidates(within(path));
        if (candidates.isEmpty()) {
            return List.of("there is no checkpoint in " + path);
        }
        return candidates.stream()
                .flatMap(
                        c -> problems(c.path()).stream().map(problem -> c.path().getFileName() + ": " + problem))
                .toList();
    }

    private static List<String> problems(Path checkpoint) {
        try {
            var manifest = Inspection.quick(checkpoint);
            var problems = Inspection.thorough(checkpoint, manifest);
            if (problems.isEmpty()) {
                DiskCheckpoint.of(checkpoint, manifest).close();
            }
            return problems;
        } catch (Broken e) {
            return List.of(e.problem());
        }
    }

    private static boolean isOne(Path path) {
        return Files.exists(path.resolve(Manifest.NAME))
                || Files.isDirectory(path) && CheckpointFolder.isNamedLikeOne(path);
    }

    /** A run keeps its checkpoints in a folder of that name. */
    private static Path within(Path path) {
        var inner = path.resolve("checkpoints");
        return Files.isDirectory(inner) && CheckpointFolder.candidates(path).isEmpty() ? inner : path;
    }
}
