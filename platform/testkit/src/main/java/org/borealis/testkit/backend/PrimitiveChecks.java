package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;

/** Every primitive on every type that the device supports. */
record PrimitiveChecks(BackendKit kit) {

    List<Check> all() {
        var checks = new ArrayList<Check>();
        kit.types()
                .forEach(type -> add(checks, type, Stream.concat(ElementwiseCases.of(type), StructureCases.of(type))));
        kit.types()
                .forEach(from -> add(checks, from, kit.types().flatMap(to -> ElementwiseCases.conversions(from, to))));
        add(checks, DataType.INT32, StructureCases.randomBits());
        return checks;
    }

    private void add(List<Check> checks, DataType type, Stream<OpCase> cases) {
        cases.collect(Collectors.groupingBy(OpCase::name, LinkedHashMap::new, Collectors.toList()))
                .forEach((name, ofOne) -> checks.add(check(name, type, ofOne)));
    }

    private Check check(String name, DataType type, List<OpCase> cases) {
        return new Check(
                kit,
                Area.PRIMITIVES,
                name,
                type.label(),
                name + " on " + type.label() + " is right",
                check -> measure(kit, check, cases));
    }

    /** Tries cases; the greatest of them also with other numbers in the same kernel. */
    static void measure(BackendKit kit, Check check, List<OpCase> cases) {
        var runner = new CaseRunner(kit.device(), new Oracle64(kit.oracle()));
        var greatest = cases.stream().max(Comparator.comparingLong(PrimitiveChecks::inputBytes));
        for (var test : cases) {
            check.tried(
                    test.toString(),
                    () -> runner.measure(
                            test, greatest.filter(found -> found == test).isPresent()));
        }
    }

    private static long inputBytes(OpCase test) {
        return test.types().stream().mapToLong(TensorType::bytes).sum();
    }
}
