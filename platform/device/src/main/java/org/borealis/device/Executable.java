package org.borealis.device;

import org.borealis.tensor.Program;
import org.osgi.annotation.versioning.ProviderType;

/** A program bound to memory, to be run again and again. */
@ProviderType
public interface Executable extends AutoCloseable {

    /** The program as it runs, lowered. */
    Program program();

    /** Where an input is to be written, or an output to be read, by name. */
    Slot slot(String name);

    /** Runs every operation once, in order. Queued work is waited for by reading an output, or {@link Device#finish}. */
    void run();

    /** Bytes of intermediate values, shared with the programs it was compiled with. */
    long workspaceBytes();

    @Override
    void close();
}
