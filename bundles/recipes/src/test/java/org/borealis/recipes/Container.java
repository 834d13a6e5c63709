package org.borealis.recipes;

import aQute.bnd.osgi.Builder;
import aQute.bnd.osgi.Jar;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.launch.FrameworkFactory;

/** A Felix with the recipes bundle in it; it shares the platform's classes with the test. */
final class Container implements AutoCloseable {
    private static final String PLATFORM = Stream.of(
                    "tensor", "tensor.composite", "device", "model", "data", "train", "checkpoint", "recipe", "command")
            .map(name -> "org.borealis." + name + ";version=0.1.0")
            .collect(Collectors.joining(","));

    private final Framework framework;
    private final Path folder;

    Container(Path folder, Path home) throws Exception {
        this.folder = folder;
        framework = ServiceLoader.load(FrameworkFactory.class)
                .findFirst()
                .orElseThrow()
                .newFramework(Map.of(
                        Constants.FRAMEWORK_STORAGE,
                        folder.resolve("cache").toString(),
                        Constants.FRAMEWORK_SYSTEMPACKAGES_EXTRA,
                        PLATFORM + ",org.slf4j;version=2.0.20",
                        // As the launcher does.
                        "felix.service.urlhandlers",
                        "false",
                        YamlRecipes.HOME,
                        home.toString()));
        framework.init();
        var bundles = Stream.of(
                        org.osgi.util.function.Function.class,
                        org.osgi.util.promise.Promise.class,
                        org.osgi.service.component.ComponentContext.class,
                        // Takes the failures that the tests provoke, which would be printed without it.
                        org.apache.felix.log.Activator.class,
                        org.apache.felix.scr.info.ScrInfo.class,
                        org.apache.felix.cm.PersistenceManager.class,
                        org.snakeyaml.engine.v2.api.LoadSettings.class,
                        YamlRecipes.class)
                .map(this::install)
                .toList();
        framework.start();
        for (Bundle bundle : bundles) {
            bundle.start();
        }
    }

    private Bundle install(Class<?> inside) {
        try {
            return framework
                    .getBundleContext()
                    .installBundle("reference:" + location(inside).toURI());
        } catch (BundleException e) {
            throw new IllegalStateException(e);
        }
    }

    private static File location(Class<?> inside) {
        try {
            return new File(
                    inside.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** As below, in version 1.2.3. */
    Bundle drop(Class<?> component) throws Exception {
        return drop(component, "1.2.3");
    }

    /** Makes a bundle of one component of the samples, and starts it. */
    Bundle drop(Class<?> component, String version) throws Exception {
        try (var builder = new Builder()) {
            for (Class<?> inside : new Class<?>[] {
                component,
                org.borealis.train.Optimizer.class,
                org.borealis.tensor.Tensor.class,
                org.borealis.model.Parameter.class
            }) {
                builder.addClasspath(location(inside));
            }
            builder.setProperty(
                    "Bundle-SymbolicName", "sample." + component.getSimpleName().toLowerCase());
            builder.setProperty("Bundle-Version", version);
            builder.setProperty("Private-Package", component.getPackageName());
            builder.setProperty("Import-Package", "!org.jspecify.annotations,*");
            builder.setProperty("-dsannotations", component.getName());
            builder.setProperty("-noimportjava", "true");
            Jar jar = builder.build();
            File file = folder.resolve(component.getSimpleName() + "-" + version + ".jar")
                    .toFile();
            jar.write(file);
            Bundle bundle =
                    framework.getBundleContext().installBundle(file.toURI().toString());
            bundle.start();
            return bundle;
        }
    }

    /** A service, which is expected within ten seconds. */
    <T> T service(Class<T> type) {
        var context = framework.getBundleContext();
        return Waiting.poll(
                        java.time.Duration.ofSeconds(10),
                        () -> Optional.ofNullable(context.getServiceReference(type))
                                .map(context::getService))
                .orElseThrow(() -> new AssertionError("no " + type + " came"));
    }

    /** How many services of that type there are, made or not. */
    int count(Class<?> type) throws Exception {
        return framework.getBundleContext().getServiceReferences(type, null).size();
    }

    @Override
    public void close() throws Exception {
        framework.stop();
        framework.waitForStop(10_000);
    }
}
