package org.borealis.loops;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A copy of an input, made before each run, since an output takes the input's place before all sweeps have read it. */
record Copies(MemorySegment original, MemorySegment copy) {

    static List<Copies> of(Plan plan, List<MemorySegment> inputs, List<MemorySegment> outputs) {
        var copies = new ArrayList<Copies>();
        for (int i = 0; i < inputs.size(); i++) {
            for (int o = 0; o < outputs.size(); o++) {
                boolean isOver =
                        inputs.get(i).asOverlappingSlice(outputs.get(o)).isPresent();
                if (isOver
                        && isReadElsewhere(plan, plan.memory(i), plan.outputs().get(o))) {
                    var copy = Arena.ofAuto().allocate(inputs.get(i).byteSize(), 64);
                    plan.memory(i).place(copy);
                    copies.add(new Copies(inputs.get(i), copy));
                    break;
                }
            }
        }
        return copies;
    }

    private static boolean isReadElsewhere(Plan plan, Memory input, Memory output) {
        for (var sweep : plan.sweeps()) {
            boolean reads = false;
            boolean writes = false;
            for (var step : sweep.steps) {
                reads |= step instanceof Step.Load load && load.memory() == input;
                writes |= step instanceof Step.Store store && store.memory() == output;
            }
            if (reads && !writes) {
                return true;
            }
        }
        return false;
    }

    void make() {
        copy.copyFrom(original);
    }
}
