package org.borealis.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.borealis.device.Backend;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.tensor.BorealisException;
import org.osgi.annotation.versioning.ProviderType;

/** The backend that others are compared with. */
@ProviderType
public final class Oracle {
    private static final String MODULE = "backend.reference";

    private Oracle() {}

    /** The reference backend, which a plain class path offers through {@link ServiceLoader}. */
    public static Backend find() {
        List<String> seen = new ArrayList<>();
        for (var backend : ServiceLoader.load(Backend.class, Oracle.class.getClassLoader())) {
            if (backend.getClass().getName().contains(MODULE)) {
                return backend;
            }
            seen.add(backend.getClass().getName());
        }
        throw new BorealisException(
                "no-oracle",
                "the kit compares with backend-reference, which is not on the class path (found " + seen
                        + "); add borealis-backend-reference in scope test, or override oracle()");
    }

    /**
     * A device of {@link #find()}. With borealis-compiler on the class path (in scope test) it runs factorisations as well, see {@link
     * Compiler#complete}.
     */
    public static Device open() {
        var device = find().open();
        return ServiceLoader.load(Compiler.class, Oracle.class.getClassLoader())
                .findFirst()
                .map(compiler -> compiler.complete(device))
                .orElse(device);
    }
}
