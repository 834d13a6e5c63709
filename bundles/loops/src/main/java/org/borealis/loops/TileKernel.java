package org.borealis.loops;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Workers;

/** Runs the sweeps of one plan. Its runs allocate nothing on the Java heap. */
final class TileKernel implements Kernel {
    private static final long ALONE = 1 << 15; // elements for which waking threads costs more than they save

    private final Sweep[] sweeps;
    private final Copies[] copies;
    private final Needs needs;
    private final Workers workers;
    private final AtomicInteger next = new AtomicInteger();
    private final IntConsumer share = this::share;
    private Scratch[] own = {};
    private Scratch[] scratches = {};
    private Sweep sweep;

    TileKernel(Plan plan, List<Copies> copies, Workers workers, HotFormulas formulas) {
        this.copies = copies.toArray(Copies[]::new);
        this.sweeps = plan.sweeps().toArray(Sweep[]::new);
        this.needs = plan.needs();
        this.workers = workers;
        this.sweep = sweeps[0];
        for (var each : sweeps) {
            each.joined.forEach(Joined::allocate);
        }
        for (var each : sweeps) {
            each.useMemory(formulas);
        }
    }

    @Override
    public void run() {
        var shared = workers instanceof Crew crew ? crew.takeScratch() : own;
        scratches = shared.length == 0 ? own() : shared;
        try {
            for (int i = 0; i < copies.length; i++) {
                copies[i].make();
            }
            for (int i = 0; i < sweeps.length; i++) {
                run(sweeps[i]);
            }
        } catch (ArithmeticException e) {
            throw new DeviceException("division-by-zero", "loops: an integer is divided by 0", e);
        } finally {
            if (workers instanceof Crew crew && scratches != own) {
                crew.giveBackScratch();
            }
        }
    }

    /** For workers of another make, and for a kernel run within a task of another. */
    private Scratch[] own() {
        if (own.length == 0) {
            own = new Scratch[workers.count()];
            for (int i = 0; i < own.length; i++) {
                own[i] = new Scratch();
            }
        }
        return own;
    }

    private void run(Sweep each) {
        sweep = each;
        next.set(0);
        each.begin();
        int tasks = each.grid.tasks();
        int threads = each.elements() <= ALONE ? 1 : Math.min(tasks, scratches.length);
        long start = System.nanoTime();
        if (threads == 1) {
            share(0);
        } else {
            workers.run(threads, share);
        }
        each.end(System.nanoTime() - start, threads);
        for (int i = 0; i < each.joined.size(); i++) {
            each.joined.get(i).finish();
        }
    }

    /** One thread's part: tasks, as long as there are any. */
    private void share(int slot) {
        var scratch = scratches[slot];
        needs.meet(scratch);
        int tasks = sweep.grid.tasks();
        for (int task = next.getAndIncrement(); task < tasks; task = next.getAndIncrement()) {
            sweep.run(scratch, task);
        }
    }
}
