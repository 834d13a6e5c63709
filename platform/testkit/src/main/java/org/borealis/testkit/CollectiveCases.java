package org.borealis.testkit;

import java.lang.foreign.Arena;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.borealis.parallel.Group;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;

/** Operations of a group with numbers whose results are known exactly: small integers, in every type. */
enum CollectiveCases {
    ALL_REDUCE_SUMS("all-reduce sums") {
        @Override
        void run(Group group, Arena arena, DataType type, int count) {
            var data = NativeTensor.fill(arena, type, count, own(group, type));
            group.allReduce(data.memory(), type, Fold.SUM).await();
            data.requireEquals(sentence(), i -> sum(group, type, i));
        }
    },
    ALL_REDUCE_FINDS_THE_GREATEST("all-reduce finds the greatest") {
        @Override
        void run(Group group, Arena arena, DataType type, int count) {
            var data = NativeTensor.fill(arena, type, count, own(group, type));
            group.allReduce(data.memory(), type, Fold.MAX).await();
            data.requireEquals(sentence(), i -> {
                double greatest = value(type, 0, i);
                for (int member = 1; member < group.size(); member++) {
                    greatest = Math.max(greatest, value(type, member, i));
                }
                return greatest;
            });
        }
    },
    ALL_GATHER("all-gather puts the parts in order") {
        @Override
        void run(Group group, Arena arena, DataType type, int count) {
            var part = NativeTensor.fill(arena, type, count, own(group, type));
            var whole = NativeTensor.unset(arena, type, count * group.size());
            group.allGather(part.memory(), whole.memory()).await();
            whole.requireEquals(sentence(), i -> value(type, i / count, i % count));
            part.requireEquals(sentence() + " and leaves them", own(group, type));
        }
    },
    REDUCE_SCATTER("reduce-scatter gives each its part of the sum") {
        @Override
        void run(Group group, Arena arena, DataType type, int count) {
            var whole = NativeTensor.fill(arena, type, count * group.size(), own(group, type));
            var part = NativeTensor.unset(arena, type, count);
            group.reduceScatter(whole.memory(), part.memory(), type).await();
            part.requireEquals(sentence(), i -> sum(group, type, group.index() * count + i));
            whole.requireGuards(sentence());
        }
    },
    ALL_TO_ALL("all-to-all hands out parts") {
        @Override
        void run(Group group, Arena arena, DataType type, int count) {
            var source = NativeTensor.fill(arena, type, count * group.size(), own(group, type));
            var target = NativeTensor.unset(arena, type, count * group.size());
            group.allToAll(source.memory(), target.memory()).await();
            target.requireEquals(sentence(), i -> value(type, i / count, group.index() * count + i % count));
            source.requireEquals(sentence() + " and leaves them", own(group, type));
        }
    },
    BROADCAST("broadcast from each member") {
        @Override
        void run(Group group, Arena arena, DataType type, int count) {
            for (int root = 0; root < group.size(); root++) {
                int from = root;
                var data = NativeTensor.fill(arena, type, count, own(group, type));
                group.broadcast(data.memory(), root).await();
                data.requireEquals(sentence(), i -> value(type, from, i));
            }
        }
    },
    SEND_AND_RECEIVE("messages go round in a ring") {
        @Override
        void run(Group group, Arena arena, DataType type, int count) {
            if (group.size() == 1) {
                return;
            }
            int next = (group.index() + 1) % group.size();
            int previous = (group.index() + group.size() - 1) % group.size();
            var out = NativeTensor.fill(arena, type, count, own(group, type));
            var in = NativeTensor.unset(arena, type, count);
            var sent = group.send(out.memory(), next);
            group.receive(in.memory(), previous).await();
            sent.await();
            in.requireEquals(sentence(), i -> value(type, previous, i));
            out.requireEquals(sentence() + " and stay as they are", own(group, type));
        }
    };

    /** What every library must take. */
    static final List<DataType> TYPES = List.of(
            DataType.FLOAT32,
            DataType.FLOAT64,
            DataType.FLOAT16,
            DataType.BFLOAT16,
            DataType.INT32,
            DataType.INT64,
            DataType.UINT8);

    private final String sentence;

    CollectiveCases(String sentence) {
        this.sentence = sentence;
    }

    String sentence() {
        return sentence;
    }

    /** Lets a member do the operation, and checks what it has then. */
    abstract void run(Group group, Arena arena, DataType type, int count);

    /** What a member has at first: 0 to 10, or -5 to 5, so that sums of some members are exact in 16 bits. */
    static double value(DataType type, int member, int i) {
        return (i * 7L + member * 3L) % 11 - (type == DataType.UINT8 ? 0 : 5);
    }

    static IntToDoubleFunction own(Group group, DataType type) {
        return i -> value(type, group.index(), i);
    }

    static double sum(Group group, DataType type, int i) {
        double sum = 0;
        for (int member = 0; member < group.size(); member++) {
            sum += value(type, member, i);
        }
        return sum;
    }
}
