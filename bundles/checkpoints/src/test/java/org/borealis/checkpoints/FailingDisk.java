package org.borealis.checkpoints;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A disk whose {@code failing}th change fails; with {@code isKill} all that come after fail as well, as if the process had died. */
final class FailingDisk implements Disk {
    static final String FULL = "No space left on device";

    private final Disk real = new Real();
    private final int failing;
    private final boolean isKill;
    private int changes;

    FailingDisk(int failing, boolean isKill) {
        this.failing = failing;
        this.isKill = isKill;
    }

    /** Whether the change that should fail was reached. */
    boolean hasFailed() {
        return changes >= failing;
    }

    private boolean fails() {
        changes++;
        return changes == failing || isKill && changes > failing;
    }

    private void change() throws IOException {
        if (fails()) {
            throw new IOException(FULL);
        }
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        change();
        real.createFolder(folder);
    }

    @Override
    public Output create(Path file) throws IOException {
        change();
        var output = real.create(file);
        return new Output() {
            @Override
            public int write(ByteBuffer bytes) throws IOException {
                if (fails()) {
                    output.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
                    throw new IOException(FULL);
                }
                return output.write(bytes);
            }

            @Override
            public void sync() throws IOException {
                change();
                output.sync();
            }

            @Override
            public boolean isOpen() {
                return output.isOpen();
            }

            @Override
            public void close() throws IOException {
                output.close();
            }
        };
    }

    @Override
    public void sync(Path folder) throws IOException {
        change();
        real.sync(folder);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        change();
        real.rename(from, to);
    }

    @Override
    public void delete(Path fileOrEmptyFolder) throws IOException {
        change();
        real.delete(fileOrEmptyFolder);
    }

    @Override
    public long free(Path folder) throws IOException {
        return real.free(folder);
    }
}
