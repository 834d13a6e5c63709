package org.borealis.loops;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Goes straight through memory with a formula's loop, instead of tile by tile with steps. */
final class Straight {
    private final HotFormula formula;
    private final long[] memories;
    private final Register[] registers;
    private final float[] numbers;

    private Straight(HotFormula formula, List<Memory> memories, List<Register> registers) {
        this.formula = formula;
        this.memories = memories.stream().mapToLong(memory -> memory.address(0)).toArray();
        this.registers = registers.toArray(Register[]::new);
        this.numbers = new float[registers.size()];
    }

    /** For steps whose memory is known; none if they are no formula. */
    static Optional<Straight> of(List<Step> steps, HotFormulas formulas) {
        try {
            var writer = new FormulaWriter(steps);
            return Optional.of(new Straight(formulas.of(writer.formula()), writer.memories(), writer.numbers()));
        } catch (Unfit e) {
            return Optional.empty();
        }
    }

    HotFormula formula() {
        return formula;
    }

    /** Takes the numbers as they are now, and gives the loop, if there is one. */
    @Nullable
    FormulaLoop begin() {
        for (int i = 0; i < numbers.length; i++) {
            var register = registers[i];
            numbers[i] = register.kind == Kind.FLOAT ? register.floatOne : register.intOne;
        }
        return formula.loop();
    }

    /** Runs over all whole tiles of a task, and says where the rest begins. */
    long run(FormulaLoop loop, long[] tiles, long first, long end) {
        int n = (int) (end - first) / Scratch.TILE * Scratch.TILE;
        loop.run(memories, numbers, tiles, first, n);
        return first + n;
    }
}
