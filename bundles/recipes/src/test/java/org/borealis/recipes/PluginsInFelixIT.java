package org.borealis.recipes;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.borealis.recipe.Contract;
import org.borealis.recipe.DeclaredSetting;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Recipes;
import org.borealis.recipe.Section;
import org.borealis.recipes.sample.Descent;
import org.borealis.recipes.sample.Needy;
import org.borealis.tensor.BorealisException;
import org.borealis.train.Optimizer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.framework.FrameworkUtil;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
final class PluginsInFelixIT {
    private static final String AS_DECLARED =
            "[0.001, [0.9, 0.95], 0.0, 10, 5000000000, false, none, [], a, b \\ c, [1, 2]]";

    @TempDir
    Path folder;

    private Container container;
    private Plugins plugins;
    private Recipes recipes;

    @BeforeEach
    void start() throws Exception {
        Path shipped = Files.createDirectory(folder.resolve("recipes"));
        Files.writeString(shipped.resolve("small.yaml"), "steps: 5\noptimizer: {name: descent, sweep: {every: 3}}\n");
        container = new Container(folder, folder);
        plugins = container.service(Plugins.class);
        recipes = container.service(Recipes.class);
    }

    @AfterEach
    void stop() throws Exception {
        container.close();
    }

    private static Section descent(Map<String, Object> settings) {
        return new Section("descent", settings);
    }

    private BorealisException refused(Map<String, Object> settings) {
        return assertThrows(
                BorealisException.class, () -> plugins.open(Contract.OPTIMIZER, descent(settings), Duration.ZERO));
    }

    @Test
    void aPluginGetsWhatTheRecipeSaysAndDefaultsForTheRest() throws Exception {
        container.drop(Descent.class);
        var settings = Map.<String, Object>of(
                "rate", 1, "betas", List.of(0.5), "skip", List.of("norm", "bias"), "norm", "rms", "remark", "1");
        try (var choice = plugins.open(Contract.OPTIMIZER, descent(settings), Duration.ZERO)) {
            assertEquals(
                    "[1.0, [0.5], 0.0, 10, 5000000000, false, rms, [norm, bias], 1, [1, 2]]",
                    choice.service().toString());
            assertTrue(choice.origin().matches("sample\\.descent 1\\.2\\.3 \\([0-9a-f]{12}\\)"), choice.origin());
            assertEquals(List.of(1, 2), choice.section().settings().get("ranks"));
            assertEquals(1.0, choice.section().settings().get("rate"));
        }
        try (var choice = plugins.open(Contract.OPTIMIZER, descent(Map.of()), Duration.ZERO)) {
            assertEquals(AS_DECLARED, choice.service().toString());
        }
    }

    @Test
    void anyComponentTellsWhatItDeclares() throws Exception {
        long bundle = container.drop(Descent.class).getBundleId();
        var settings = plugins.settings(bundle, Descent.class.getName());
        assertEquals(
                new DeclaredSetting("betas", "double", true, false, List.of("0.9", "0.95"), "0 to 1", List.of(), ""),
                settings.get(1));
        assertEquals(
                "sweep.every: at least 1",
                settings.get(3).key() + ": " + settings.get(3).range());
        assertEquals(List.of("none", "rms"), settings.get(6).options());
        var gone = assertThrows(BorealisException.class, () -> plugins.settings(bundle, "no.such.component"));
        assertEquals("plugin-gone", gone.code());
    }

    @Test
    void aNewerVersionIsSeenBesideTheOneInUse() throws Exception {
        container.drop(Descent.class);
        try (var choice = plugins.open(Contract.OPTIMIZER, descent(Map.of()), Duration.ZERO)) {
            assertEquals(List.of(choice.origin()), plugins.origins(Contract.OPTIMIZER, "descent"));
            var newer = container.drop(Descent.class, "1.3.0");
            awaitOrigins(2);
            var origins = plugins.origins(Contract.OPTIMIZER, "descent");
            assertTrue(origins.getFirst().startsWith("sample.descent 1.3.0 ("), origins.toString());
            assertEquals(choice.origin(), origins.getLast());
            assertEquals(AS_DECLARED, choice.service().toString());
            for (String origin : origins) {
                try (var one = plugins.open(Contract.OPTIMIZER, descent(Map.of()), origin)) {
                    assertEquals(origin, one.origin());
                    var made = FrameworkUtil.getBundle(one.service().getClass());
                    assertTrue(origin.startsWith("sample.descent " + made.getVersion()), origin);
                }
            }
            newer.uninstall();
            awaitOrigins(1);
            var missing = assertThrows(
                    BorealisException.class,
                    () -> plugins.open(Contract.OPTIMIZER, descent(Map.of()), origins.getFirst()));
            assertEquals(
                    "optimizer 'descent' of " + origins.getFirst() + " is not installed; installed: " + choice.origin()
                            + ". Put that very build into plugins/",
                    missing.getMessage());
        }
    }

    /** The container tells of bundles on a thread of its own. */
    private void awaitOrigins(int count) {
        Waiting.poll(
                Duration.ofSeconds(10),
                () -> Optional.of(plugins.origins(Contract.OPTIMIZER, "descent"))
                        .filter(origins -> origins.size() == count));
        assertEquals(count, plugins.origins(Contract.OPTIMIZER, "descent").size());
    }

    @Test
    void anotherBuildOfTheSameVersionHasAnotherOrigin() throws Exception {
        var bundle = container.drop(Descent.class);
        String before = plugins.origins(Contract.OPTIMIZER, "descent").getFirst();
        bundle.uninstall();
        container.drop(Descent.class, "1.2.3"); // bnd writes the time into the manifest
        awaitOrigins(1);
        Waiting.poll(
                Duration.ofSeconds(10),
                () -> plugins.origins(Contract.OPTIMIZER, "descent").stream()
                        .filter(origin -> !origin.equals(before))
                        .findFirst());
        String after = plugins.origins(Contract.OPTIMIZER, "descent").getFirst();
        assertEquals(before.replaceFirst(" \\(.*", ""), after.replaceFirst(" \\(.*", ""));
        assertFalse(before.equals(after), before);
    }

    @Test
    void aListMayBeEmpty() throws Exception {
        container.drop(Descent.class);
        var settings = Map.<String, Object>of("betas", List.of(), "ranks", List.of());
        try (var choice = plugins.open(Contract.OPTIMIZER, descent(settings), Duration.ZERO)) {
            assertTrue(choice.service().toString().startsWith("[0.001, []"));
            assertTrue(choice.service().toString().endsWith("[]]"));
        }
    }

    @Test
    void twoChoicesOfOnePluginAreTwoServices() throws Exception {
        container.drop(Descent.class);
        try (var one = plugins.open(Contract.OPTIMIZER, descent(Map.of("rate", 1.0)), Duration.ZERO);
                var other = plugins.open(Contract.OPTIMIZER, descent(Map.of("rate", 2.0)), Duration.ZERO)) {
            assertEquals(1.0, one.service().rate());
            assertEquals(2.0, other.service().rate());
        }
    }

    @Test
    void aClosedChoiceTakesItsServiceAlong() throws Exception {
        container.drop(Descent.class);
        var choice = plugins.open(Contract.OPTIMIZER, descent(Map.of()), Duration.ZERO);
        assertEquals(1, container.count(Optimizer.class));
        choice.close();
        choice.close();
        Waiting.poll(Duration.ofSeconds(10), () -> counted(0));
        assertEquals(0, container.count(Optimizer.class));
        assertEquals(
                "plugin-closed",
                assertThrows(BorealisException.class, choice::service).code());
    }

    private java.util.Optional<Boolean> counted(int wanted) {
        try {
            return container.count(Optimizer.class) == wanted
                    ? java.util.Optional.of(true)
                    : java.util.Optional.empty();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aWrongSettingIsRefusedBeforeAnythingIsMade() throws Exception {
        container.drop(Descent.class);
        var unknown = refused(Map.of("beta", 1));
        assertEquals("recipe-key", unknown.code());
        assertTrue(unknown.getMessage().contains("did you mean 'betas'?"), unknown.getMessage());
        assertEquals(
                "section 'optimizer': 'optimizer.rate' must be a number from 0 to 10 "
                        + "(Learning rate per step; default 0.001), but is '11'",
                refused(Map.of("rate", 11)).getMessage());
        assertEquals(0, container.count(Optimizer.class));
    }

    @Test
    void aMissingPluginIsNamedTogetherWithTheInstalledOnes() throws Exception {
        container.drop(Descent.class);
        assertEquals(List.of("descent"), plugins.names(Contract.OPTIMIZER));
        assertEquals(List.of(), plugins.names(Contract.BACKEND));
        var missing = assertThrows(
                BorealisException.class,
                () -> plugins.open(Contract.OPTIMIZER, new Section("decent", Map.of()), Duration.ZERO));
        assertEquals("plugin-missing", missing.code());
        assertEquals(
                "no optimizer 'decent' is installed; did you mean 'descent'? Installed: descent. "
                        + "To add one, drop its bundle into plugins/.",
                missing.getMessage());
    }

    @Test
    void aWaitingRunGetsThePluginThatAppearsLater() throws Exception {
        var recipe = recipes.parse("missing: wait\noptimizer: {name: descent, rate: 2}", "late.yaml", List.of());
        assertEquals(Map.of("rate", 2L), recipe.section(Contract.OPTIMIZER).settings());
        var waiting = CompletableFuture.supplyAsync(
                () -> plugins.open(Contract.OPTIMIZER, recipe.section(Contract.OPTIMIZER), Duration.ofSeconds(30)));
        Thread.sleep(300);
        assertFalse(waiting.isDone());
        container.drop(Descent.class);
        try (var choice = waiting.get(20, TimeUnit.SECONDS)) {
            assertEquals(2.0, choice.service().rate());
            assertEquals(10, choice.section().settings().get("sweep.every"));
        }
    }

    @Test
    void whoWaitsInVainIsToldForHowLong() {
        var missing = assertThrows(
                BorealisException.class,
                () -> plugins.open(Contract.OPTIMIZER, descent(Map.of()), Duration.ofMillis(1100)));
        assertTrue(missing.getMessage().startsWith("waited 1 s: no optimizer 'descent'"), missing.getMessage());
    }

    @Test
    void aFailingConstructorIsHeard() throws Exception {
        container.drop(Descent.class);
        var failed = refused(Map.of("remark", "fail"));
        assertEquals("plugin-failed", failed.code());
        assertEquals(
                "optimizer 'descent' of sample.descent 1.2.3 could not be made: the remark is 'fail'\n"
                        + "so it fails; give another",
                failed.getMessage());
        var crashed = refused(Map.of("remark", "crash")).getMessage();
        assertTrue(crashed.endsWith("java.lang.IllegalStateException: crashed"), crashed);
        Waiting.poll(Duration.ofSeconds(10), () -> counted(0));
        assertEquals(0, container.count(Optimizer.class));
    }

    @Test
    void aPluginThatNeedsWhatIsNotThereSaysSo() throws Exception {
        container.drop(Needy.class);
        var stuck = assertThrows(
                BorealisException.class,
                () -> plugins.open(Contract.SCHEDULE, new Section("needy", Map.of()), Duration.ZERO));
        assertTrue(stuck.getMessage().endsWith("it needs a service that is not there: java.lang.Runnable"));
    }

    @Test
    void aPluginThatGoesAwayWhileInUseIsReportedByName() throws Exception {
        var bundle = container.drop(Descent.class);
        try (var choice = plugins.open(Contract.OPTIMIZER, descent(Map.of()), Duration.ZERO)) {
            bundle.uninstall();
            var gone = assertThrows(BorealisException.class, choice::service);
            assertEquals("plugin-gone", gone.code());
            assertTrue(gone.getMessage().startsWith("optimizer 'descent' of sample.descent 1.2.3 went away"));
        }
        assertEquals(List.of(), plugins.names(Contract.OPTIMIZER));
    }

    @Test
    void aShippedRecipeIsReadByNameAndWrittenComplete() throws Exception {
        container.drop(Descent.class);
        var recipe = recipes.read("small", List.of("optimizer.rate=3e-4"));
        var settings = recipe.section(Contract.OPTIMIZER).settings();
        assertEquals(3e-4, settings.get("rate"));
        assertEquals(3, settings.get("sweep.every"));
        assertEquals(List.of(0.9, 0.95), settings.get("betas"));
        assertEquals("a, b \\ c", settings.get("remark"));
        assertEquals(5, recipes.settings(recipe).steps());
        assertEquals(recipe, recipes.parse(recipes.write(recipe), "written", List.of()));
        try (var choice = plugins.open(Contract.OPTIMIZER, recipe.section(Contract.OPTIMIZER), Duration.ZERO)) {
            assertEquals(recipe.section(Contract.OPTIMIZER), choice.section());
        }
    }
}
