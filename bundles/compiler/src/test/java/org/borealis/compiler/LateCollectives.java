package org.borealis.compiler;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.borealis.collectives.threads.ThreadCollectives;
import org.borealis.parallel.Pending;
import org.borealis.testkit.ForwardingCollectives;

/**
 * Ranks that are threads, and talk as late as they may: when they are waited for. Before that there are NaNs where results will be, so
 * that whoever reads too early, or writes to memory that is not his yet, shows.
 */
final class LateCollectives extends ForwardingCollectives {
    private static final Set<String> LATE = Set.of("all-reduce", "all-gather", "reduce-scatter", "all-to-all");

    private final Consumer<String> events;

    LateCollectives() {
        this(event -> {});
    }

    /** @param events told when each operation of any rank begins and is waited for */
    LateCollectives(Consumer<String> events) {
        super(new ThreadCollectives());
        this.events = events;
    }

    @Override
    protected Pending talk(Call call, Supplier<Pending> operation) {
        if (!LATE.contains(call.operation())) {
            return operation.get();
        }
        events.accept("begin " + call.operation());
        var given = call.isInPlace() ? copy(call.source()) : call.source();
        call.target().fill((byte) -1);
        return () -> {
            events.accept("await " + call.operation());
            if (call.isInPlace()) {
                call.target().copyFrom(given);
            }
            operation.get().await();
        };
    }

    private static MemorySegment copy(MemorySegment memory) {
        return Arena.ofAuto().allocate(memory.byteSize()).copyFrom(memory);
    }
}
