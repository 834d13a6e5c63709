package org.borealis.loops;

import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Stream;
import org.borealis.loops.Register.Reach;
import org.borealis.loops.Sweep.Stage;

/** Gives registers their arrays, as few as possible, so that they stay in the cache: a linear scan over their lives. */
final class Allocation {
    private record Life(Register register, int from, int to) {
        Life with(int position) {
            return new Life(register, Math.min(from, position), Math.max(to, position));
        }
    }

    private final Map<Register, Life> lives = new LinkedHashMap<>();
    private int position;

    private Allocation() {}

    static void of(List<Stage> stages, Needs needs) {
        var allocation = new Allocation();
        int last = stages.stream()
                .mapToInt(stage -> stage.ofRow().size() + stage.ofAll().size() + 2)
                .sum();
        for (var stage : stages) {
            allocation.pass(stage.ofRow(), last);
            allocation.pass(stage.ofAll(), last);
        }
        allocation.assign(needs);
    }

    /** One list of steps, which may run many times: what comes in from outside lives to its end. */
    private void pass(List<Step> steps, int last) {
        int start = position;
        int end = start + steps.size();
        for (var step : steps) {
            for (var register : step.reads()) {
                touch(register, position);
                if (lives.containsKey(register) && lives.get(register).from() < start) {
                    touch(register, end);
                }
            }
            step.writes().forEach(register -> touch(register, position));
            if (step instanceof Joining.OfRows rows) {
                touch(rows.lanes(), start);
                touch(rows.lanes(), end);
            }
            for (var kept : step.keeps()) {
                touch(kept, 0);
                touch(kept, last);
            }
            position++;
        }
        position++;
    }

    private void touch(Register register, int at) {
        if (register.reach != Reach.ONE) {
            lives.merge(register, new Life(register, at, at), (life, _) -> life.with(at));
        }
    }

    private void assign(Needs needs) {
        var taken = Stream.generate(BitSet::new).limit(Kind.values().length).toList();
        var alive = new PriorityQueue<Life>(Comparator.comparingInt(Life::to));
        var sorted = lives.values().stream()
                .sorted(Comparator.comparingInt(Life::from))
                .toList();
        for (var life : sorted) {
            while (!alive.isEmpty() && alive.peek().to() < life.from()) {
                var ended = alive.remove().register();
                taken.get(ended.kind.ordinal()).clear(ended.index);
            }
            var mine = taken.get(life.register().kind.ordinal());
            life.register().index = mine.nextClearBit(0);
            mine.set(life.register().index);
            needs.register(life.register().kind, life.register().index + 1);
            alive.add(life);
        }
    }
}
