package org.borealis.shell;

import java.util.List;
import java.util.stream.Stream;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.namespace.PackageNamespace;
import org.osgi.framework.wiring.BundleCapability;
import org.osgi.framework.wiring.BundleRequirement;
import org.osgi.framework.wiring.BundleRevision;

/** Says in a sentence why a bundle can't be used here. */
final class Refusals {
    private Refusals() {}

    /** What the bundle asks for and nothing in the container offers. */
    static String reason(Bundle bundle, BundleContext context) {
        BundleRevision revision = bundle.adapt(BundleRevision.class);
        if (revision == null) {
            return named(bundle) + " is not usable: it is gone";
        }
        for (BundleRequirement requirement : revision.getDeclaredRequirements(null)) {
            boolean optional = "optional".equals(requirement.getDirectives().get("resolution"))
                    || "active".equals(requirement.getDirectives().get("effective"));
            if (!optional && offers(context, requirement.getNamespace()).noneMatch(requirement::matches)) {
                return named(bundle) + " is not usable: it needs " + wanted(requirement, context);
            }
        }
        return named(bundle) + " is not usable: what it needs contradicts what other bundles use";
    }

    private static String named(Bundle bundle) {
        return "bundle " + bundle.getSymbolicName() + " " + bundle.getVersion();
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
            return "the package " + name + ", which no installed bundle has";
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
