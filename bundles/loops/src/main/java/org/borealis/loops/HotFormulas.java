package org.borealis.loops;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

/** The formulas of all kernels, each once. */
final class HotFormulas {
    private final ConcurrentMap<Formula, HotFormula> formulas = new ConcurrentHashMap<>();
    private final Function<Formula, HotFormula> maker;

    HotFormulas(Function<Formula, HotFormula> maker) {
        this.maker = maker;
    }

    /** Formulas whose loops are warmed up, one after the other, by a thread that ends where there are none. */
    static HotFormulas warmedUp() {
        var thread = Thread.ofPlatform().daemon().name("borealis-loops-warm-up").factory();
        var compiler = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), thread);
        compiler.allowCoreThreadTimeOut(true);
        return new HotFormulas(formula -> new HotFormula(formula, compiler));
    }

    HotFormula of(Formula formula) {
        return formulas.computeIfAbsent(formula, maker);
    }
}
