package org.borealis.testkit;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.borealis.device.Backend;
import org.borealis.testkit.backend.Area;
import org.borealis.testkit.backend.BackendKit;
import org.borealis.testkit.backend.Check;
import org.borealis.testkit.backend.Verdict;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * What a backend has to do: every primitive on every type that it supports, every composite that it claims, and good manners with memory
 * and threads. Extend it, and say which backend.
 *
 * <p>The same checks run without JUnit, from {@code borealis conformance}: they stand in {@link BackendKit}.
 */
@ConsumerType
public abstract class BackendConformance {

    /** The backend under test. */
    protected abstract Backend backend();

    /** What it is compared with. */
    protected Backend oracle() {
        return Oracle.find();
    }

    @TestFactory
    final Stream<DynamicContainer> aBackendConforms() {
        var kit = new BackendKit(backend(), oracle());
        var byArea = kit.checks().stream().collect(Collectors.groupingBy(Check::area));
        return Arrays.stream(Area.values())
                .map(area -> DynamicContainer.dynamicContainer(
                        area.sentence(),
                        byArea.getOrDefault(area, List.of()).stream()
                                .map(check -> DynamicTest.dynamicTest(check.sentence(), () -> require(check)))))
                .onClose(kit::close);
    }

    private static void require(Check check) {
        var failed = check.run().stream().filter(verdict -> !verdict.passed()).toList();
        if (!failed.isEmpty()) {
            var cause = failed.stream()
                    .flatMap(verdict -> verdict.thrown().stream())
                    .findFirst();
            String complaints = failed.stream().map(Verdict::complaint).collect(Collectors.joining("\n  ", "\n  ", ""));
            Assertions.fail("not so: " + check.sentence() + complaints, cause.orElse(null));
        }
    }
}
