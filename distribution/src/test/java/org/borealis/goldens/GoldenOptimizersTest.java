package org.borealis.goldens;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.testkit.Goldens;
import org.borealis.testkit.OptimizerConformance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;

/**
 * The trajectories that optimizers follow on the reference backend in their own builds, in float32 on torch.
 *
 * <p>Bounds are those of the files: twenty times what rounding all inputs to float32 changes in the original program, or five times what
 * its own runs in float32 and float64 are apart, and at least 1e-6.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // the device is opened before the first test
final class GoldenOptimizersTest {
    private static final Stand STAND = Stand.TORCH_FLOAT32;

    private Device device;

    @BeforeAll
    void openDevice() {
        device = STAND.backend().open();
    }

    @AfterAll
    void closeDevice() {
        device.close();
    }

    @Test
    void thereAreTrajectoriesOfAllFamilies() {
        long families =
                kits().map(kit -> kit.getClass().getPackageName()).distinct().count();
        assertTrue(
                families >= 7, "tests of " + families + " families of optimizers; build the plug-ins and their tests");
    }

    @TestFactory
    Stream<DynamicContainer> trajectoriesAreFollowed() {
        return kits().map(kit -> dynamicContainer(
                kit.getClass().getSimpleName(),
                kit.trajectoriesAreFollowed(device, new ProgramCompiler(), STAND.type)));
    }

    /** What optimizers are tested with, beside their goldens. */
    private static Stream<OptimizerConformance> kits() {
        return Goldens.folders().stream()
                .map(Path::getParent)
                .flatMap(folder -> classes(folder).stream())
                .filter(OptimizerConformance.class::isAssignableFrom)
                .filter(type -> !Modifier.isAbstract(type.getModifiers()))
                .map(GoldenOptimizersTest::made);
    }

    private static List<Class<?>> classes(Path folder) {
        try (var files = Files.walk(folder)) {
            return files.map(file -> folder.relativize(file).toString())
                    .filter(file -> file.endsWith("Test.class"))
                    .sorted()
                    .<Class<?>>map(GoldenOptimizersTest::loaded)
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Class<?> loaded(String file) {
        try {
            var name = file.substring(0, file.length() - ".class".length()).replaceAll("[/\\\\]", ".");
            return Class.forName(name, false, GoldenOptimizersTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static OptimizerConformance made(Class<?> type) {
        try {
            var constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return (OptimizerConformance) constructor.newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
