package org.borealis.launcher.standard;

import org.borealis.cluster.Job;

/** Tells native libraries how many threads a rank may have; each would take all cores of its node. */
final class Threads {
    private Threads() {}

    /** A job whose ranks know their threads, as far as the launcher does. */
    static Job limit(Job job) {
        var place = job.place();
        int shared = place.nodes() == 1 ? shareOf(place) : 0;
        int threads = place.coresPerRank() > 0 ? place.coresPerRank() : shared;
        return threads == 0 ? job : limit(job, threads);
    }

    private static int shareOf(Job.Place place) {
        return place.cores().isEmpty() ? 0 : Math.max(1, place.cores().size() / place.ranks());
    }

    static Job limit(Job job, int threads) {
        String number = Integer.toString(threads);
        return job.with("OMP_NUM_THREADS", number).with("OPENBLAS_NUM_THREADS", number);
    }
}
