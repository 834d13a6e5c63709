package org.borealis.backend.reference;

import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;

/** What moves runs of neighbouring elements: tables and parts of tensors. */
final class Rows {
    private Rows() {}

    static Kernel concatenate(int dim, List<Slot> in, Slot out) {
        return () -> {
            var whole = Elements.words(out);
            int start = 0;
            for (var part : in) {
                write(whole, out, Elements.words(part), part, dim, start);
                start += part.type().shape().dim(dim);
            }
            Elements.store(whole, out);
        };
    }

    static Kernel writeSlice(int dim, Slot target, Slot part, Slot position, Slot out) {
        int last = out.type().shape().dim(dim) - part.type().shape().dim(dim);
        return () -> {
            var whole = Elements.words(target);
            int start = index(Elements.words(position)[0], last + 1, "WriteSlice");
            write(whole, out, Elements.words(part), part, dim, start);
            Elements.store(whole, out);
        };
    }

    /** Writes a part into a whole, from {@code start} along {@code dim} on. */
    private static void write(long[] whole, Slot wholeSlot, long[] part, Slot partSlot, int dim, int start) {
        int wholeRun = run(wholeSlot, dim);
        int partRun = run(partSlot, dim);
        int first = start * (int) wholeSlot.type().shape().stride(dim);
        for (int i = 0; partRun > 0 && i < part.length / partRun; i++) {
            System.arraycopy(part, i * partRun, whole, i * wholeRun + first, partRun);
        }
    }

    /** Elements that lie together: all of {@code dim} and of the dims within. */
    private static int run(Slot slot, int dim) {
        var shape = slot.type().shape();
        return (int) shape.product(dim, shape.rank());
    }

    static Kernel gather(Slot table, Slot indices, Slot out) {
        int rows = table.type().shape().dim(0);
        int length = (int) table.type().shape().stride(0);
        return () -> {
            var from = Elements.words(table);
            var to = new long[Elements.count(out.type())];
            var wanted = Elements.words(indices);
            for (int i = 0; i < wanted.length; i++) {
                System.arraycopy(from, index(wanted[i], rows, "Gather") * length, to, i * length, length);
            }
            Elements.store(to, out);
        };
    }

    static Kernel scatterAdd(Slot indices, Slot updates, Slot out) {
        int rows = out.type().shape().dim(0);
        int length = (int) out.type().shape().stride(0);
        if (updates.type().type().isFloat()) {
            return () -> {
                var from = Elements.floats(updates);
                var sums = new double[Elements.count(out.type())];
                var rowOf = Elements.words(indices);
                for (int i = 0; i < from.length; i++) {
                    sums[index(rowOf[i / length], rows, "ScatterAdd") * length + i % length] += from[i];
                }
                Elements.store(sums, out);
            };
        }
        return () -> {
            var from = Elements.words(updates);
            var sums = new long[Elements.count(out.type())];
            var rowOf = Elements.words(indices);
            for (int i = 0; i < from.length; i++) {
                sums[index(rowOf[i / length], rows, "ScatterAdd") * length + i % length] += from[i];
            }
            Elements.store(sums, out);
        };
    }

    /** The contract leaves what happens outside open; an oracle stops. */
    private static int index(long index, int count, String op) {
        if (index < 0 || index >= count) {
            throw new DeviceException(
                    "index-outside",
                    op + ": index " + index + " is outside 0 to " + (count - 1) + "; check the token ids");
        }
        return (int) index;
    }
}
