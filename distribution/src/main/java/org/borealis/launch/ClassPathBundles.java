package org.borealis.launch;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.Constants;
import org.osgi.framework.connect.ConnectContent;
import org.osgi.framework.connect.ConnectModule;
import org.osgi.framework.connect.ModuleConnector;

/**
 * Bundles whose classes the JVM loads from its class path (OSGi Connect, OSGi Core 8, chapter 60), so that the JDK's
 * ahead-of-time cache holds them. They share one class loader and can't be updated while the container runs.
 */
final class ClassPathBundles implements ModuleConnector {
    /** The framework is the system bundle itself; the binding asks for a registrar that a class path doesn't need. */
    private static final Set<String> NO_BUNDLES = Set.of("org.apache.felix.framework", "slf4j.jdk14");

    private final Map<String, Module> modules = new LinkedHashMap<>();

    ClassPathBundles(List<Path> jars) throws IOException {
        for (Path path : jars) {
            var jar = new JarFile(path.toFile(), false);
            Manifest manifest = jar.getManifest();
            String name =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Constants.BUNDLE_SYMBOLICNAME);
            if (manifest == null || name == null || NO_BUNDLES.contains(name)) {
                jar.close();
                continue;
            }
            var headers = new HashMap<String, String>();
            manifest.getMainAttributes().forEach((key, value) -> headers.put(key.toString(), value.toString()));
            modules.put("classpath:" + path.getFileName(), new Module(jar, headers));
        }
    }

    Collection<String> locations() {
        return modules.keySet();
    }

    void close() throws IOException {
        for (Module module : modules.values()) {
            module.jar.close();
        }
    }

    @Override
    public void initialize(File storage, Map<String, String> configuration) {}

    @Override
    public Optional<ConnectModule> connect(String location) {
        return Optional.ofNullable(modules.get(location));
    }

    @Override
    public Optional<BundleActivator> newBundleActivator() {
        return Optional.empty();
    }

    private record Module(JarFile jar, Map<String, String> headers) implements ConnectModule, ConnectContent {
        @Override
        public ConnectContent getContent() {
            return this;
        }

        @Override
        public Optional<Map<String, String>> getHeaders() {
            return Optional.of(headers);
        }

        @Override
        public Iterable<String> getEntries() {
            return () -> jar.stream().map(JarEntry::getName).iterator();
        }

        @Override
        public Optional<ConnectEntry> getEntry(String path) {
            JarEntry entry = jar.getJarEntry(path.startsWith("/") ? path.substring(1) : path);
            return entry == null ? Optional.empty() : Optional.of(new Entry(jar, entry));
        }

        @Override
        public Optional<ClassLoader> getClassLoader() {
            return Optional.of(ClassPathBundles.class.getClassLoader());
        }

        @Override
        public void open() {}

        @Override
        public void close() {}
    }

    private record Entry(JarFile jar, JarEntry entry) implements ConnectContent.ConnectEntry {
        @Override
        public String getName() {
            return entry.getName();
        }

        @Override
        public long getContentLength() {
            return entry.getSize();
        }

        @Override
        public long getLastModified() {
            return entry.getTime();
        }

        @Override
        public InputStream getInputStream() throws IOException {
            return jar.getInputStream(entry);
        }
    }
}
