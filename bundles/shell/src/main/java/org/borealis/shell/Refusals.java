package org.borealis.shell;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import org.borealis.shell.install.PluginJar;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/** Says in a sentence why a bundle can't be used here. */
final class Refusals {
    /** Headers that say what a bundle needs; what it exports may be what it imports. */
    private static final List<String> NEEDS = List.of(
            Constants.IMPORT_PACKAGE, Constants.EXPORT_PACKAGE, Constants.REQUIRE_BUNDLE, Constants.REQUIRE_CAPABILITY);

    private Refusals() {}

    /** What the bundle asks for and nothing in the container offers. */
    static String reason(Bundle bundle, BundleContext context) {
        return reason(bundle, bundle.getSymbolicName() + " " + bundle.getVersion(), context);
    }

    private static String reason(Bundle bundle, String name, BundleContext context) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return "bundle " + name + " is not usable: it is gone";
        }
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            boolean optional = "optional".equals(requirement.getDirectives().get("resolution"))
                    || "active".equals(requirement.getDirectives().get("effective"));
            if (!optional && offers(context, requirement.getNamespace()).noneMatch(requirement::matches)) {
                return "bundle " + name + " is not usable: it needs " + wanted(requirement, context);
            }
        }
        return "bundle " + name + " is not usable: what it needs contradicts what other bundles use";
    }

    /**
     * Checks that everything is here that a jar needs, by a bundle that has its headers and nothing else.
     *
     * @throws BorealisException saying what is missing
     */
    static void demand(PluginJar jar, BundleContext context) {
        try {
            Bundle trial = context.installBundle("trial:" + jar.file().toUri(), new ByteArrayInputStream(trial(jar)));
            try {
                if (!context.getBundle(Constants.SYSTEM_BUNDLE_ID)
                        .adapt(FrameworkWiring.class)
                        .resolveBundles(List.of(trial))) {
                    throw new BorealisException(
                            "plugin-refused", reason(trial, jar.name() + " " + jar.version(), context));
                }
            } finally {
                trial.uninstall();
            }
        } catch (IOException | BundleException e) {
            throw new BorealisException(
                    "plugin-refused",
                    "plug-in " + jar.file() + " is left out: its manifest is wrong: " + e.getMessage()
                            + "; build it with bnd",
                    e);
        }
    }

    private static byte[] trial(PluginJar jar) throws IOException {
        var manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue(Constants.BUNDLE_MANIFESTVERSION, "2");
        headers.putValue(Constants.BUNDLE_SYMBOLICNAME, jar.name() + ".trial");
        Attributes own = jar.manifest().getMainAttributes();
        for (String header : NEEDS) {
            if (own.getValue(header) != null) {
                headers.putValue(header, own.getValue(header));
            }
        }
        var bytes = new ByteArrayOutputStream();
        new JarOutputStream(bytes, manifest).close();
        return bytes.toByteArray();
    }

    private static String wanted(BundleRequirement requirement, BundleContext context) {
        String filter = requirement.getDirectives().getOrDefault("filter", "");
        if (!requirement.getNamespace().equals(PackageNamespace.PACKAGE_NAMESPACE)) {
            return requirement.getNamespace() + " " + filter;
        }
        String name = filter.replaceAll(".*\\(osgi\\.wiring\\.package=([^)]*)\\).*", "$1");
        List<BundleCapability> others = offers(context, requirement.getNamespace())
                .filter(offer -> name.equals(offer.getAttributes().get(PackageNamespace.PACKAGE_NAMESPACE)))
                .toList();
        String versions = filter.replaceAll("\\(osgi\\.wiring\\.package=[^)]*\\)", "");
        if (others.isEmpty()) {
            return "the package " + name
                    + ", which no installed bundle has; install what brings it, or get a build that does without";
        }
        String present = String.join(
                " and ",
                others.stream()
                        .map(offer -> String.valueOf(offer.getAttributes().get("version")))
                        .toList());
        return "the package " + name + " in a version " + range(versions) + ", and here it is " + present
                + "; get a build of it for this version";
    }

    /** {@code (&(version>=1.0.0)(!(version>=2.0.0)))} reads "from 1.0.0, below 2.0.0". */
    private static String range(String filter) {
        String low = filter.replaceAll("(?s).*?\\(version>=([^)]*)\\).*", "$1");
        boolean bounded = filter.contains("(!(version>=");
        String high = filter.replaceAll("(?s).*\\(!\\(version>=([^)]*)\\)\\).*", "$1");
        return "from " + low + (bounded ? ", below " + high : "");
    }

    private static Stream<BundleCapability> offers(BundleContext context, String namespace) {
        return Stream.of(context.getBundles())
                .map(bundle -> bundle.adapt(BundleRevision.class))
                .filter(revision -> revision != null)
                .flatMap(revision -> revision.getDeclaredCapabilities(namespace).stream());
    }
}
