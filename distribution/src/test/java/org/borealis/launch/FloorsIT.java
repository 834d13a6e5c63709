package org.borealis.launch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Reads the manifests of everything that is built and finds an import that looks up, or sideways. */
class FloorsIT {
    /** Each sees those before it. */
    private static final List<String> FLOORS = Stream.of(
                    "tensor",
                    "parallel",
                    "cluster",
                    "device",
                    "model",
                    "data",
                    "train",
                    "checkpoint",
                    "recipe",
                    "command",
                    "testkit")
            .map(floor -> "org.borealis." + floor)
            .toList();

    /** The one kit that also runs in the product, without a test framework. */
    private static final String BACKEND_KIT = "org.borealis.testkit.backend";

    private record Manifest(String name, Set<String> imports, Set<String> exports) {
        static Manifest of(Path jar) throws IOException {
            try (var file = new JarFile(jar.toFile())) {
                Attributes headers = file.getManifest().getMainAttributes();
                String name = headers.getValue("Bundle-SymbolicName");
                return new Manifest(
                        name == null ? jar.getFileName().toString() : name.replaceFirst(";.*", ""),
                        packages(headers.getValue("Import-Package")),
                        packages(headers.getValue("Export-Package")));
            }
        }

        private static Set<String> packages(String header) {
            var packages = new TreeSet<String>();
            String plain = header == null ? "" : header.replaceAll("\"[^\"]*\"", "");
            for (String clause : plain.split(",")) {
                for (String word : clause.split(";")) {
                    if (!word.isBlank() && !word.contains("=")) {
                        packages.add(word.strip());
                    }
                }
            }
            return packages;
        }

        Set<String> ours() {
            var ours = new TreeSet<>(imports);
            ours.removeIf(name -> !name.startsWith("org.borealis."));
            return ours;
        }
    }

    private final List<Manifest> all = new ArrayList<>();
    private final Map<String, Integer> floorOfPackage = new HashMap<>();

    FloorsIT() throws IOException {
        Path home = Path.of(System.getProperty("borealis.home"));
        for (String folder : List.of("bundles", "plugins")) {
            for (Path jar : Installation.jars(home.resolve(folder))) {
                all.add(Manifest.of(jar));
            }
        }
        for (Manifest manifest : all) {
            int floor = FLOORS.indexOf(manifest.name);
            if (floor >= 0) {
                manifest.exports.forEach(name -> floorOfPackage.put(name, floor));
            }
        }
    }

    @Test
    void everyFloorIsThere() {
        List<String> names = all.stream().map(Manifest::name).toList();
        assertTrue(names.containsAll(FLOORS), () -> "among " + names);
    }

    @Test
    void platformPackagesSeeOnlyLowerFloors() {
        var wrong = new ArrayList<String>();
        for (Manifest manifest : all) {
            int floor = FLOORS.indexOf(manifest.name);
            for (String name : floor < 0 ? Set.<String>of() : manifest.ours()) {
                if (floorOfPackage.getOrDefault(name, Integer.MAX_VALUE) > floor) {
                    wrong.add(manifest.name + " imports " + name);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void everyOtherBundleOfOursSeesOnlyThePlatformAndExportsNothing() {
        var wrong = new ArrayList<String>();
        int seen = 0;
        for (Manifest manifest : all) {
            if (!manifest.name.startsWith("org.borealis.") || FLOORS.contains(manifest.name)) {
                continue;
            }
            seen++;
            for (String name : manifest.ours()) {
                Integer floor = floorOfPackage.get(name);
                if (floor == null) {
                    wrong.add(manifest.name + " imports " + name + ", which is no platform package");
                } else if (FLOORS.get(floor).endsWith(".testkit") && !name.equals(BACKEND_KIT)) {
                    wrong.add(manifest.name + " imports " + name + ", which is for tests");
                }
            }
            manifest.exports.forEach(name -> wrong.add(manifest.name + " exports " + name));
        }
        assertEquals(List.of(), wrong);
        assertTrue(seen > 10, "there are only " + seen + " bundles and plug-ins");
    }

    @Test
    void theBndrunHoldsWhatTheDistributionHolds() throws IOException {
        String run = Files.readString(Path.of("borealis.bndrun"));
        Matcher bundle = Pattern.compile("^\\t([\\w.-]+);version=", Pattern.MULTILINE)
                .matcher(run.substring(run.indexOf("-runbundles:")));
        var resolved = new TreeSet<String>();
        while (bundle.find()) {
            resolved.add(bundle.group(1));
        }
        var present = new TreeSet<>(Set.of("slf4j.api")); // in lib/, because it has to find its binding
        all.stream().map(Manifest::name).forEach(present::add);
        assertEquals(resolved, present);
    }

    @Test
    void noPackageIsExportedTwice() {
        var exporters = new HashMap<String, String>();
        for (Manifest manifest : all) {
            for (String name : manifest.exports) {
                String other = exporters.put(name, manifest.name);
                assertFalse(
                        name.startsWith("org.borealis.") && other != null,
                        () -> name + " is exported by " + other + " and " + manifest.name);
            }
        }
    }
}
