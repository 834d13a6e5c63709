package org.borealis.compiler;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.borealis.compiler.MemoryPlan.Block;
import org.borealis.compiler.MemoryPlan.Kind;
import org.borealis.device.Slot;

/** Where blocks lie in the memory that they share. */
final class Offsets {
    private Offsets() {}

    /** Constants stand behind each other. */
    static long line(List<Block> blocks) {
        long size = 0;
        for (var block : blocks) {
            if (block.kind == Kind.CONSTANT) {
                block.offset = size;
                size = align(size + block.bytes);
            }
        }
        return size;
    }

    /** In the workspace large blocks come first, each at the lowest place that is free while it lives. */
    static long share(List<Block> blocks) {
        var placed = new ArrayList<Block>();
        var order = blocks.stream()
                .filter(b -> b.kind == Kind.WORKSPACE)
                .sorted(Comparator.comparingLong((Block b) -> b.bytes).reversed())
                .toList();
        long size = 0;
        for (var block : order) {
            long offset = 0;
            for (var other : placed) { // in order of offset
                if (other.from <= block.to && block.from <= other.to) {
                    if (offset + block.bytes <= other.offset) {
                        break;
                    }
                    offset = Math.max(offset, align(other.offset + other.bytes));
                }
            }
            block.offset = offset;
            insert(placed, block);
            size = Math.max(size, offset + block.bytes);
        }
        return size;
    }

    private static void insert(List<Block> placed, Block block) {
        int at = 0;
        while (at < placed.size() && placed.get(at).offset <= block.offset) {
            at++;
        }
        placed.add(at, block);
    }

    private static long align(long bytes) {
        return (bytes + Slot.ALIGNMENT - 1) / Slot.ALIGNMENT * Slot.ALIGNMENT;
    }
}
