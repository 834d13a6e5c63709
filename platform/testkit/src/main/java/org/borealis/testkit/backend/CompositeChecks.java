package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;

/** Every composite that the device claims. Cases are made when the first check of their type runs: the oracle has to compute for them. */
final class CompositeChecks {
    private final BackendKit kit;
    private final Map<DataType, Map<String, List<OpCase>>> cases = new EnumMap<>(DataType.class);

    CompositeChecks(BackendKit kit) {
        this.kit = kit;
    }

    /** What composites there are: a new kind of case is added here. */
    private Stream<OpCase> make(DataType type) {
        var compared = Stream.concat(CompositeCases.of(type, kit.oracle()), FusionCases.of(type, kit.oracle()));
        return Stream.concat(compared, FactorisationCases.of(type));
    }

    /** Names of the composites that there are cases for. */
    Stream<String> names() {
        return of(DataType.FLOAT32).keySet().stream();
    }

    /** Cases by composite. */
    Map<String, List<OpCase>> of(DataType type) {
        return cases.computeIfAbsent(
                type,
                wanted -> make(wanted)
                        .collect(Collectors.groupingBy(OpCase::name, LinkedHashMap::new, Collectors.toList())));
    }

    Stream<DataType> types() {
        return kit.types().filter(DataType::isFloat);
    }

    boolean claims(OpCase test) {
        return test.op() instanceof Composite composite && kit.device().fuses(composite, test.types());
    }

    /** A check for each composite and type of which the device claims a case. */
    List<Check> claims() {
        var checks = new ArrayList<Check>();
        types().forEach(type -> of(type).forEach((name, all) -> {
            var claimed = all.stream().filter(this::claims).toList();
            if (!claimed.isEmpty()) {
                checks.add(check(name, type, claimed));
            }
        }));
        return checks;
    }

    private Check check(String name, DataType type, List<OpCase> claimed) {
        boolean isJudged = FactorisationCases.judges(claimed.get(0).op());
        return new Check(
                kit,
                Area.COMPOSITES,
                name,
                type.label(),
                name + " on " + type.label() + (isJudged ? " makes factors of its input" : " means its decomposition"),
                check -> {
                    if (isJudged) {
                        FactorisationCases.measure(kit, check, claimed);
                    } else {
                        PrimitiveChecks.measure(kit, check, claimed);
                    }
                });
    }
}
