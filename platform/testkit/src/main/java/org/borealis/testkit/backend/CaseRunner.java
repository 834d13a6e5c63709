package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;

/** Runs a case on the device under test, in every way in which it may be run. */
record CaseRunner(Device device, Judge judge) {

    /** Says what the outputs of a case have to be, whoever computes them. */
    interface Judge {
        /** Looks at outputs, as often as the case is run. */
        Function<List<HostTensor>, Measure> of(OpCase test);
    }

    /** By comparison with an oracle. */
    CaseRunner(Device device, Oracle64 oracle) {
        this(device, test -> {
            var want = oracle.of(test);
            return got -> compare(test, got, want);
        });
    }

    /** What the case came to, and what is wrong besides numbers as a {@link Complaint}. */
    Measure measure(OpCase test, boolean changesInputs) {
        var verdict = judge.of(test);
        try (var aligned = new Place(test, 0)) {
            var first = aligned.run();
            var worst = verdict.apply(first);
            aligned.clear();
            requireSameBits("a second run", first, aligned.run());
            inPlace(test).ifPresent(second -> requireSameBits("a run in place", first, second));
            if (changesInputs) {
                var other = test.rotated();
                aligned.fill(other);
                worst = worst.worse(named(
                        "with new inputs in the same kernel: ", judge.of(other).apply(aligned.run())));
            }
            try (var shifted = new Place(test, 1)) {
                return worst.worse(
                        named("in a view that begins beside a multiple of 64 bytes: ", verdict.apply(shifted.run())));
            }
        }
    }

    private static Measure named(String where, Measure measure) {
        return measure.complaint().isEmpty()
                ? measure
                : new Measure(measure.error(), measure.bound(), measure.unit(), where + measure.complaint());
    }

    /** Memory and a kernel for a case. */
    private final class Place implements AutoCloseable {
        private final List<Guarded> inputs;
        private final List<Guarded> outputs;
        private final Kernel kernel;
        private List<HostTensor> given;

        Place(OpCase test, int shift) {
            given = test.inputs();
            inputs = given.stream().map(in -> Guarded.of(device, in, shift)).toList();
            outputs = test.op().infer(test.types()).stream()
                    .map(type -> Guarded.of(device, type, shift))
                    .toList();
            kernel = device.bind(test.op(), slots(inputs), slots(outputs));
        }

        List<HostTensor> run() {
            kernel.run();
            device.finish();
            for (int i = 0; i < inputs.size(); i++) {
                var now = inputs.get(i).read("input " + i);
                Complaint.unless(
                        now.elements().mismatch(given.get(i).elements()) < 0,
                        "changed input " + i + " from " + given.get(i) + " to " + now);
            }
            return IntStream.range(0, outputs.size())
                    .mapToObj(i -> outputs.get(i).read("output " + i))
                    .toList();
        }

        void clear() {
            outputs.forEach(Guarded::clear);
        }

        void fill(OpCase other) {
            given = other.inputs();
            for (int i = 0; i < inputs.size(); i++) {
                inputs.get(i).write(given.get(i));
            }
            clear();
        }

        @Override
        public void close() {
            kernel.close();
            inputs.forEach(Guarded::close);
            outputs.forEach(Guarded::close);
        }
    }

    private static List<Slot> slots(List<Guarded> tensors) {
        return tensors.stream().map(Guarded::slot).toList();
    }

    /** Runs with outputs in the places of inputs, wherever the operation allows it; empty if it nowhere does. */
    private Optional<List<HostTensor>> inPlace(OpCase test) {
        var inputs = test.inputs().stream().map(in -> Guarded.of(device, in, 0)).toList();
        var types = test.op().infer(test.types());
        var outputs = new ArrayList<Guarded>();
        var free = new ArrayList<>(inputs);
        for (int output = 0; output < types.size(); output++) {
            var type = types.get(output);
            var place = place(test, output, type, inputs, free);
            place.ifPresent(free::remove);
            outputs.add(place.map(taken -> new Guarded(
                            device, new Slot(taken.slot().buffer(), taken.slot().offset(), type), taken.whole()))
                    .orElseGet(() -> Guarded.of(device, type, 0)));
        }
        try {
            return free.size() == inputs.size() ? Optional.empty() : Optional.of(run(test, inputs, outputs));
        } finally {
            inputs.forEach(Guarded::close);
            outputs.forEach(Guarded::close);
        }
    }

    private List<HostTensor> run(OpCase test, List<Guarded> inputs, List<Guarded> outputs) {
        try (var kernel = device.bind(test.op(), slots(inputs), slots(outputs))) {
            kernel.run();
            device.finish();
            return outputs.stream().map(out -> out.read("an output in place")).toList();
        }
    }

    private static Optional<Guarded> place(
            OpCase test, int output, TensorType type, List<Guarded> inputs, List<Guarded> free) {
        for (int input = 0; input < inputs.size(); input++) {
            var candidate = inputs.get(input);
            var given = candidate.slot().type();
            boolean fits = given.type() == type.type() && given.bytes() == type.bytes();
            if (fits && free.contains(candidate) && test.op().inPlace(input, output)) {
                return Optional.of(candidate);
            }
        }
        return Optional.empty();
    }

    private static Measure compare(OpCase test, List<HostTensor> got, Oracle64.Wanted want) {
        var worst = Measure.RIGHT;
        for (int output = 0; output < got.size(); output++) {
            worst = worst.worse(compare(
                    test.bound(),
                    output,
                    got.get(output),
                    want.outputs().get(output),
                    want.scales().get(output)));
        }
        return worst;
    }

    private static Measure compare(Bound bound, int output, HostTensor got, HostTensor want, double[] scales) {
        var type = got.type().type();
        Complaint.unless(
                got.type().shape().equals(want.type().shape()),
                "output " + output + " has shape " + got.type().shape());
        if (!type.isFloat() && Arrays.equals(want.as(type).bytes(), got.bytes())) {
            return new Measure(0, 0, bound.unit(type), "");
        }
        double allowed = bound.allowed(type);
        double worst = -1;
        int at = 0;
        for (int i = 0; i < got.count(); i++) {
            double error = bound.error(type, got.get(i), want.get(i), scales[i]);
            if (!(error <= worst)) {
                worst = error;
                at = i;
            }
        }
        if (worst < 0) {
            return Measure.RIGHT;
        }
        String complaint = "output " + output + ", element " + at + ": got " + got.get(at) + ", wanted " + want.get(at)
                + ", off by " + brief(worst) + " " + bound.unit(type) + " where " + brief(allowed) + " is allowed";
        // Integers that differ only beyond what a double tells apart.
        boolean differs = !type.isFloat() && worst == 0;
        return Measure.of(differs ? 1 : worst, allowed, bound.unit(type), complaint);
    }

    private static String brief(double number) {
        return String.format(java.util.Locale.ROOT, "%.4g", number);
    }

    private static void requireSameBits(String what, List<HostTensor> first, List<HostTensor> second) {
        for (int output = 0; output < first.size(); output++) {
            Complaint.unless(
                    first.get(output).elements().mismatch(second.get(output).elements()) < 0,
                    what + " gives other bits in output " + output + ": " + first.get(output) + " and then "
                            + second.get(output));
        }
    }
}
