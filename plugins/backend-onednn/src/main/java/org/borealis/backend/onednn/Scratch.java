package org.borealis.backend.onednn;

/**
 * Memory that kernels use while they run, one after the other. It grows to the largest need and never moves: the addresses are
 * reserved for as much as the machine has, and only what is asked for gets memory.
 */
final class Scratch implements AutoCloseable {
    private final long reserved = Memory.pages(Memory.installed());
    private final long address = Memory.reserve(reserved);
    private long opened;
    private boolean open = true;

    /** An address with at least this much memory behind it; all callers get the same. */
    long address(long bytes) {
        if (bytes > reserved) {
            throw Memory.exhausted(bytes, reserved);
        }
        if (bytes > opened) {
            Memory.open(address, bytes);
            opened = bytes;
        }
        return address;
    }

    long bytes() {
        return opened;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            Memory.giveBack(address, reserved);
        }
    }
}
