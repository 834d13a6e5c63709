package org.borealis.compiler;

import java.util.List;
import java.util.stream.Stream;
import org.borealis.device.Backend;
import org.borealis.testkit.Oracle;
import org.borealis.testkit.backend.Area;
import org.borealis.testkit.backend.BackendKit;
import org.borealis.testkit.backend.Check;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The kit's fusions, run as what they stand for: its bounds leave room for a node by node device. */
class FusionCasesTest {

    @TestFactory
    Stream<DynamicTest> fusionsMeanTheirDecomposition() {
        Backend fusing = () -> new FusingDevice(Oracle.find().open(), fusion -> true);
        var kit = new BackendKit(fusing, Oracle.find());
        return kit.checks().stream()
                .filter(check -> check.area() == Area.COMPOSITES)
                .map(check -> DynamicTest.dynamicTest(check.sentence(), () -> require(check)))
                .onClose(kit::close);
    }

    private static void require(Check check) {
        Assertions.assertEquals(
                List.of(),
                check.run().stream()
                        .filter(verdict -> !verdict.passed())
                        .map(verdict -> verdict.complaint())
                        .toList());
    }
}
