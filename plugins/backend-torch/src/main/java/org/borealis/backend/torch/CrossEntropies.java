package org.borealis.backend.torch;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.borealis.device.DeviceException;
import org.borealis.device.HostMemory;
import org.borealis.tensor.DataType;
import org.borealis.tensor.composite.CrossEntropy;

/**
 * Cross-entropy and its gradient, a few rows at a time: what is computed from the logits stays in the processor's cache instead of
 * becoming a second tensor of their size.
 */
final class CrossEntropies {
    private static final long CHUNK_BYTES = 1 << 20; // half of a usual second-level cache

    private CrossEntropies() {}

    static void forward(Binding binding, List<View> in, List<View> out) {
        var logits = in.get(0); // [N, V]
        var sums = out.get(1); // [N]
        var type = sums.type();
        long rows = logits.size(0);
        long chunk = chunk(logits, type);
        boolean converts = logits.type() != type;
        var one = binding.scalar(1L);
        var room = binding.scratch(type, chunk, logits.size(1));
        var peaks = binding.scratch(type, chunk, 1);
        for (long start = 0; start < rows; start += chunk) {
            long count = Math.min(chunk, rows - start);
            var given = logits.slice(0, start, count);
            var work = binding.tensor(room.slice(0, 0, count));
            var highest = binding.tensor(peaks.slice(0, 0, count));
            var sum = binding.tensor(sums.reshape(rows, 1).slice(0, start, count));
            if (converts) {
                binding.copy(room.slice(0, 0, count), given);
            }
            var x = converts ? work : binding.tensor(given);
            binding.call("amax", "out").tensor(x).integers(1).flag(true).tensor(highest);
            binding.call("sub", "out").tensor(x).tensor(highest).scalar(one).tensor(work);
            binding.step(work::exp_);
            binding.call("sum", "IntList_out")
                    .tensor(work)
                    .integers(1)
                    .flag(true)
                    .none()
                    .tensor(sum);
            binding.step(() -> {
                sum.log_();
                sum.add_(highest);
            });
        }
        loss(binding, logits, in.get(1), sums, out.get(0));
    }

    static void gradient(Binding binding, List<View> in, View out) {
        var logits = in.get(1); // [N, V]
        var sums = in.get(3); // [N]
        var type = sums.type();
        long rows = logits.size(0);
        long chunk = chunk(logits, type);
        boolean converts = out.type() != type;
        var one = binding.scalar(1L);
        var scales = binding.scratch(type, rows, 1);
        var room = converts ? binding.scratch(type, chunk, logits.size(1)) : out;
        scale(binding, in.get(0), in.get(2), scales);
        for (long start = 0; start < rows; start += chunk) {
            long count = Math.min(chunk, rows - start);
            var place = converts ? room.slice(0, 0, count) : out.slice(0, start, count);
            var work = binding.tensor(place);
            var x = binding.tensor(logits.slice(0, start, count));
            var sum = binding.tensor(sums.reshape(rows, 1).slice(0, start, count));
            var scale = binding.tensor(scales.slice(0, start, count));
            binding.call("sub", "out").tensor(x).tensor(sum).scalar(one).tensor(work);
            binding.step(() -> {
                work.exp_();
                work.mul_(scale);
            });
            hit(binding, place, in.get(2).slice(0, start, count), scales.slice(0, start, count));
            if (converts) {
                binding.copy(out.slice(0, start, count), place);
            }
        }
    }

    private static long chunk(View logits, DataType type) {
        return Math.clamp(CHUNK_BYTES / (logits.size(1) * type.bytes()), 1, logits.size(0));
    }

    private static MemorySegment memory(View view) {
        return HostMemory.at(view.address(), view.bytes());
    }

    private static int target(MemorySegment targets, long row, long vocabulary) {
        int target = targets.getAtIndex(Elements.INT, row);
        if (target != CrossEntropy.IGNORED && (target < 0 || target >= vocabulary)) {
            throw new DeviceException(
                    "target-outside", "CrossEntropy: target " + target + " of row " + row + ", of " + vocabulary);
        }
        return target;
    }

    /** Mean of log-sum-exp minus the logit of the target; N numbers, so Java is fast enough. */
    private static void loss(Binding binding, View logits, View targets, View sums, View loss) {
        var given = memory(logits);
        var wanted = memory(targets);
        var logSumExp = memory(sums);
        var mean = memory(loss);
        long rows = logits.size(0);
        long vocabulary = logits.size(1);
        binding.step(() -> {
            double total = 0;
            long counted = 0;
            for (long row = 0; row < rows; row++) {
                int target = target(wanted, row, vocabulary);
                if (target != CrossEntropy.IGNORED) {
                    total += Elements.read(logSumExp, sums.type(), row)
                            - Elements.read(given, logits.type(), row * vocabulary + target);
                    counted++;
                }
            }
            Elements.write(mean, loss.type(), 0, total / Math.max(1, counted));
        });
    }

    /** What each row's probabilities are multiplied with: the arriving gradient over the number of rows that count, or 0. */
    private static void scale(Binding binding, View arriving, View targets, View scales) {
        var gradient = memory(arriving);
        var wanted = memory(targets);
        var scale = memory(scales);
        long rows = scales.size(0);
        binding.step(() -> {
            long counted = 0;
            for (long row = 0; row < rows; row++) {
                counted += wanted.getAtIndex(Elements.INT, row) == CrossEntropy.IGNORED ? 0 : 1;
            }
            double each = Elements.read(gradient, arriving.type(), 0) / Math.max(1, counted);
            for (long row = 0; row < rows; row++) {
                boolean counts = wanted.getAtIndex(Elements.INT, row) != CrossEntropy.IGNORED;
                Elements.write(scale, scales.type(), row, counts ? each : 0);
            }
        });
    }

    /** Takes the target's own part off the probabilities. */
    private static void hit(Binding binding, View place, View targets, View scales) {
        var memory = memory(place);
        var wanted = memory(targets);
        var scale = memory(scales);
        long rows = place.size(0);
        long vocabulary = place.size(1);
        binding.step(() -> {
            for (long row = 0; row < rows; row++) {
                int target = target(wanted, row, vocabulary);
                if (target != CrossEntropy.IGNORED) {
                    long index = row * vocabulary + target;
                    double value = Elements.read(memory, place.type(), index);
                    Elements.write(memory, place.type(), index, value - Elements.read(scale, scales.type(), row));
                }
            }
        });
    }
}
