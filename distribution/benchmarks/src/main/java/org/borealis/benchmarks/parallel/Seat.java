package org.borealis.benchmarks.parallel;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.Spread;
import org.borealis.trainer.ranks.Ranks;

/**
 * One of the ranks of a measurement.
 *
 * @param addresses where all of them can meet, as often as there are addresses
 */
record Seat(Collectives collectives, List<String> addresses, int rank, int size) {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    Seat {
        addresses = List.copyOf(addresses);
    }

    Rendezvous rendezvous(int address) {
        return new Rendezvous(addresses.get(address), rank, size, TIMEOUT);
    }

    /** All of them, spread; what this one says is counted. */
    Ranks join(int address, Meter meter, Spread spread) {
        return Ranks.of(spread, Optional.empty(), meter.join(rendezvous(address)));
    }

    /** Whether this is the rank that prints. */
    boolean isFirst() {
        return rank == 0;
    }
}
