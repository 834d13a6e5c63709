package org.borealis.acceptance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import aQute.bnd.osgi.Builder;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.borealis.testkit.Oracle;
import org.borealis.testkit.backend.Area;
import org.borealis.testkit.backend.BackendKit;
import org.borealis.testkit.backend.Verdict;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Does with a Maven project what Maven would do, without a repository: compiles it, runs its tests, packs it with bnd. */
record GuideProject(Path folder) {
    private static final Pattern ARTIFACT =
            Pattern.compile("<artifactId>([^<]+)</artifactId>\\s*<version>([^<]+)</version>");
    private static final Pattern INSTRUCTIONS = Pattern.compile("<bnd><!\\[CDATA\\[(.*?)]]></bnd>", Pattern.DOTALL);

    /** Sources and tests. */
    GuideProject compiled() throws IOException {
        compile("src/main/java", "target/classes", classPath());
        compile("src/test/java", "target/test-classes", classes() + File.pathSeparator + classPath());
        return this;
    }

    private void compile(String sources, String classes, String classPath) throws IOException {
        var words = new ArrayList<>(List.of("-proc:none", "-cp", classPath, "-d"));
        words.add(Files.createDirectories(folder.resolve(classes)).toString());
        try (var files = Files.walk(folder.resolve(sources))) {
            files.map(Path::toString).filter(file -> file.endsWith(".java")).forEach(words::add);
        }
        int failed = ToolProvider.getSystemJavaCompiler().run(null, null, null, words.toArray(String[]::new));
        assertEquals(0, failed, () -> sources + " does not compile");
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private Path classes() {
        return folder.resolve("target/classes");
    }

    /** Runs a class of tests. */
    TestExecutionSummary test(String name) throws Exception {
        try (var loader = loader()) {
            var summary = new SummaryGeneratingListener();
            var request = LauncherDiscoveryRequestBuilder.request()
                    .selectors(selectClass(loader.loadClass(name)))
                    .build();
            LauncherFactory.create().execute(request, summary);
            return summary.getSummary();
        }
    }

    /** An object of a class of tests. */
    record Instance(Object test, URLClassLoader loader) implements AutoCloseable {
        /** What one of its methods gives, whoever may call it. */
        @SuppressWarnings("unchecked")
        <T> T call(String name) throws ReflectiveOperationException {
            return (T) GuideProject.call(test.getClass(), test, name);
        }

        @Override
        public void close() throws IOException {
            loader.close();
        }
    }

    Instance instance(String test) throws IOException, ReflectiveOperationException {
        var loader = loader();
        return new Instance(made(loader.loadClass(test)), loader);
    }

    private static Object made(Class<?> type) throws ReflectiveOperationException {
        var constructor = type.getDeclaredConstructor();
        constructor.setAccessible(true);
        return constructor.newInstance();
    }

    private static Object call(Class<?> type, Object object, String name) throws ReflectiveOperationException {
        var method = type.getDeclaredMethod(name);
        method.setAccessible(true);
        return method.invoke(object);
    }

    /** What the checks of one operation, in a test that extends the kit, say to its backend. */
    List<Verdict> verdicts(String test, Area area, String operation) throws Exception {
        try (var instance = instance(test);
                var kit = new BackendKit(instance.call("backend"), Oracle.find())) {
            return kit.checks().stream()
                    .filter(check -> check.area() == area && check.op().equals(operation))
                    .flatMap(check -> check.run().stream())
                    .toList();
        }
    }

    private URLClassLoader loader() throws IOException {
        var urls = new URL[] {
            classes().toUri().toURL(),
            folder.resolve("target/test-classes").toUri().toURL()
        };
        return new URLClassLoader(urls, GuideProject.class.getClassLoader());
    }

    private String pom() throws IOException {
        return Files.readString(folder.resolve("pom.xml"));
    }

    /** Artifacts with a version as {@code name:version}, the project's own first. */
    List<String> artifacts() throws IOException {
        return ARTIFACT.matcher(pom())
                .results()
                .map(artifact -> artifact.group(1) + ":" + artifact.group(2))
                .toList();
    }

    /** Checks that the project asks for the versions that this Maven project has or asks for. */
    void assertVersionsAsIn(Path rootPom) throws IOException {
        var ours = Files.readString(rootPom);
        var version = ours.replaceFirst("(?s).*?<artifactId>borealis</artifactId>\\s*<version>([^<]+)<.*", "$1");
        var bnd = ours.replaceFirst("(?s).*<bnd.version>([^<]+)<.*", "$1");
        var asked = artifacts();
        for (var artifact : asked.subList(1, asked.size())) {
            var name = artifact.substring(0, artifact.indexOf(':'));
            var wanted = "(?s).*<artifactId>%s</artifactId>\\s*<version>([^<]+)<.*".formatted(name);
            var found = name.equals("borealis-bom") ? version : ours.replaceFirst(wanted, "$1");
            assertEquals(name + ":" + found.replace("${bnd.version}", bnd), artifact);
        }
    }

    /** Packs what is compiled, by the instructions of the pom. */
    Path bundle() throws Exception {
        var instructions = INSTRUCTIONS.matcher(pom());
        assertTrue(instructions.find(), "the pom has instructions for bnd");
        var properties = new Properties();
        properties.load(new StringReader(instructions.group(1)));
        var artifact = artifacts().getFirst().split(":");
        properties.putIfAbsent("Bundle-Version", artifact[1]);
        try (var builder = new Builder()) {
            builder.setProperties(properties);
            builder.setClasspath(Stream.concat(
                            Stream.of(classes().toString()),
                            Stream.of(classPath().split(File.pathSeparator)))
                    .map(File::new)
                    .filter(File::exists)
                    .toArray(File[]::new));
            var jar = folder.resolve("target").resolve(String.join("-", artifact) + ".jar");
            var built = builder.build();
            assertTrue(builder.getErrors().isEmpty(), () -> builder.getErrors().toString());
            built.write(jar.toFile());
            return jar;
        }
    }
}
