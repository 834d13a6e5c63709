package org.borealis.benchmarks;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.device.Loops;
import org.borealis.loops.TileLoops;
import org.borealis.parallel.Collectives;
import org.borealis.tensor.BorealisException;
import org.borealis.testkit.Settings;

/**
 * The classes of one backend, apart from those of the others, as a bundle's are: two native backends each bring a copy of JavaCPP. The
 * peer's classes, which call libtorch themselves, live with the torch backend.
 */
public final class BackendLoader extends URLClassLoader {
    /** System property with the jars of the backends; the class path has none of them. */
    private static final String JARS = "borealis.backends";

    private static final String PEER = "org.borealis.benchmarks.peer.";
    private static final Map<String, BackendLoader> LOADERS = new HashMap<>();

    private BackendLoader(URL... urls) {
        super(urls, BackendLoader.class.getClassLoader());
    }

    /** Opens a backend's device with its default settings. */
    public static Device open(String name) {
        return open(name, Map.of());
    }

    /** Opens a backend's device. */
    public static Device open(String name, Map<String, Object> settings) {
        var word = Character.toUpperCase(name.charAt(0)) + name.substring(1);
        try {
            var type = of(name).loadClass("org.borealis.backend." + name + "." + word + "Backend");
            var config = of(name).loadClass(type.getName() + "$Config");
            var constructor = type.getConstructor(config, Loops.class);
            return ((Backend) constructor.newInstance(Settings.of(config, settings), new TileLoops())).open();
        } catch (ReflectiveOperationException e) {
            throw new BorealisException("backend", "can't open backend '" + name + "': " + e, e);
        }
    }

    /** What processes talk through; its classes live with the torch backend. */
    public static Collectives gloo() {
        try {
            var type = of("torch").loadClass("org.borealis.collectives.gloo.GlooCollectives");
            var config = of("torch").loadClass(type.getName() + "$Config");
            return (Collectives) type.getConstructor(config).newInstance(Settings.of(config, Map.of()));
        } catch (ReflectiveOperationException e) {
            throw new BorealisException("collectives", "can't open collectives 'gloo': " + e, e);
        }
    }

    /** An object of the peer's. */
    public static <T> T peer(Class<T> type, String name, Object... arguments) {
        try {
            var constructors = of("torch").loadClass(PEER + name).getConstructors();
            return type.cast(constructors[0].newInstance(arguments));
        } catch (ReflectiveOperationException e) {
            throw new BorealisException("peer", "can't make the peer's " + name + ": " + e, e);
        }
    }

    private static synchronized BackendLoader of(String backend) {
        return LOADERS.computeIfAbsent(backend, name -> {
            var jars = Arrays.stream(System.getProperty(JARS, "").split(File.pathSeparator))
                    .filter(jar -> jar.contains("backend-" + name))
                    .toList();
            if (jars.isEmpty()) {
                throw new BorealisException(
                        "backend",
                        "no jar of backend '" + name + "' in -D" + JARS + "; run benchmarks by their script");
            }
            try {
                var urls = new ArrayList<URL>();
                for (var jar : jars) {
                    urls.add(new File(jar).toURI().toURL());
                }
                urls.add(BackendLoader.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation());
                return new BackendLoader(urls.toArray(URL[]::new));
            } catch (MalformedURLException e) {
                throw new BorealisException("backend", "odd jar name in " + jars, e);
            }
        });
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(PEER)) {
            return super.loadClass(name, resolve);
        }
        synchronized (getClassLoadingLock(name)) {
            var loaded = findLoadedClass(name);
            return loaded == null ? findClass(name) : loaded;
        }
    }
}
