package org.borealis.launch;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Hashtable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.felix.framework.Felix;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.launch.Framework;
import org.osgi.framework.wiring.BundleRevision;
import org.osgi.framework.wiring.FrameworkWiring;

/**
 * A running Felix with everything of an {@link Installation} in it.
 *
 * <p>It hands the command line to whoever asks for a service with the property {@code launcher.arguments}, and runs the
 * {@code Callable<Integer>} that has the property {@code main.thread=true}: the two conventions of bnd's own launcher,
 * so that a {@code .bndrun} starts the same bundles.
 */
public final class Container implements AutoCloseable {
    /** Installed, so that the others resolve against them, and started by the command that needs them. */
    private static final Set<String> ON_DEMAND = Set.of(
            "org.apache.felix.fileinstall",
            "org.apache.felix.gogo.runtime",
            "org.apache.felix.gogo.command",
            "org.apache.felix.gogo.shell");

    /** Of a line of these alone comes the list of commands. */
    private static final Set<String> HELP = Set.of("help", "-h", "--help");

    /** Namespace of what bundles say that they offer (OSGi Compendium 8, section 135.4). */
    private static final String SERVICE = "osgi.service";

    private static final String COMMAND = "org.borealis.command.Command";

    private static final long STOP_SECONDS = 10;

    private final ScratchFolder scratch;
    private final ClassPathBundles classPath;
    private final Framework framework;
    private final List<String> complaints = new ArrayList<>();

    private Container(ScratchFolder scratch, ClassPathBundles classPath, Framework framework) {
        this.scratch = scratch;
        this.classPath = classPath;
        this.framework = framework;
    }

    /**
     * Starts a container and everything in it, but for folders of plug-ins with a lock and jars that are not usable:
     * the shell sees to those. What can't be started is named by {@link #complaints()}.
     *
     * @param arguments the command line, without the name of the program
     */
    public static Container start(Installation installation, String... arguments) throws IOException, BundleException {
        ScratchFolder scratch = ScratchFolder.create();
        Runtime.getRuntime().addShutdownHook(new Thread(scratch::close, "scratch folder"));
        var classPath = new ClassPathBundles(installation.classPath());
        var container = new Container(scratch, classPath, new Felix(settings(installation, scratch), classPath));
        container.fill(installation, arguments);
        return container;
    }

    private static Map<String, Object> settings(Installation installation, ScratchFolder scratch) {
        var settings = new HashMap<String, Object>();
        settings.put(
                Constants.FRAMEWORK_STORAGE, scratch.path().resolve("felix").toString());
        settings.put("felix.log.logger", new FrameworkLog());
        settings.put("felix.log.level", "2");
        settings.put("felix.cache.locking", "false"); // the folder is this process's own
        settings.put("felix.service.urlhandlers", "false"); // one of a kind per JVM, and nobody asks for them
        // A class path serves java.util.ServiceLoader by itself, which is all that slf4j wants of this capability.
        settings.put(
                Constants.FRAMEWORK_SYSTEMCAPABILITIES_EXTRA,
                "osgi.extender;osgi.extender=\"osgi.serviceloader.processor\";version:Version=\"1.0\","
                        + "osgi.serviceloader;osgi.serviceloader=\"org.slf4j.spi.SLF4JServiceProvider\"");
        settings.put(
                "felix.fileinstall.dir",
                installation.pluginFolders().stream().map(Path::toString).collect(Collectors.joining(",")));
        settings.put("felix.fileinstall.poll", "200"); // milliseconds
        settings.put("felix.fileinstall.filter", "[^.].*\\.jar");
        settings.put("felix.fileinstall.tmpdir", scratch.path().resolve("drop").toString());
        settings.put("felix.fileinstall.noInitialDelay", "true");
        settings.put("felix.fileinstall.disableNio2", "true"); // notifications don't cross a network file system
        settings.put("felix.fileinstall.bundles.new.start", "false"); // the shell's installer does
        settings.put("felix.fileinstall.enableConfigSave", "false");
        settings.put("felix.fileinstall.log.default", "jul");
        settings.put("felix.fileinstall.log.level", "1");
        settings.put("gosh.args", "--nointeractive --noshutdown"); // a console opens when a command asks for it
        return settings;
    }

    private void fill(Installation installation, String... arguments) throws BundleException {
        framework.start();
        BundleContext context = framework.getBundleContext();
        context.registerService(Object.class, this, new Hashtable<>(Map.of("launcher.arguments", arguments)));
        var installed = new ArrayList<Bundle>();
        for (String location : classPath.locations()) {
            installed.add(context.installBundle(location));
        }
        Set<Path> present = new HashSet<>(installation.classPath());
        for (Path jar : installation.bundles()) {
            if (!present.contains(jar)) {
                installed.add(context.installBundle("reference:" + jar.toUri()));
            }
        }
        var plugins = new ArrayList<Bundle>();
        for (Path folder : installation.pluginFolders()) {
            for (Path jar : Installation.isLocked(folder) ? List.<Path>of() : Installation.jars(folder)) {
                Bundle plugin = install(context, folder, jar);
                if (plugin != null) {
                    plugins.add(plugin);
                }
            }
        }
        installed.addAll(plugins);
        framework.adapt(FrameworkWiring.class).resolveBundles(installed); // in one go: a third of the time
        if (HELP.containsAll(List.of(arguments))) {
            installed.removeAll(
                    plugins.stream().filter(Container::bringsNoCommand).toList());
        }
        for (Bundle bundle : installed) {
            start(bundle);
        }
    }

    /** Whether a bundle tells what services it offers, and no command is among them: starting it takes time, and adds nothing to help. */
    private static boolean bringsNoCommand(Bundle bundle) {
        var offers = bundle.adapt(BundleRevision.class).getDeclaredCapabilities(SERVICE);
        return !offers.isEmpty()
                && offers.stream()
                        .map(offer -> offer.getAttributes().get(Constants.OBJECTCLASS))
                        .noneMatch(classes -> classes instanceof Collection<?> names && names.contains(COMMAND));
    }

    /**
     * The location differs from the path that File Install finds: else it would take the bundle for its own.
     *
     * @return null if it is not usable, which the shell then finds, too, and says why
     */
    private static @Nullable Bundle install(BundleContext context, Path folder, Path jar) throws BundleException {
        String name = folder.toUri().relativize(jar.toUri()).toString();
        Bundle bundle;
        try {
            bundle = context.installBundle("reference:" + folder.toUri() + "./" + name);
        } catch (BundleException e) {
            return null;
        }
        if (bundle.getSymbolicName() == null) { // a jar that is no bundle, or one of before 2005
            bundle.uninstall();
            return null;
        }
        return bundle;
    }

    private void start(Bundle bundle) {
        boolean started = (bundle.getState() & (Bundle.RESOLVED | Bundle.STARTING)) != 0
                && !ON_DEMAND.contains(bundle.getSymbolicName())
                && bundle.getHeaders("").get(Constants.FRAGMENT_HOST) == null;
        if (!started) {
            return; // the shell says why a bundle isn't resolved, where that matters
        }
        try {
            bundle.start(Bundle.START_ACTIVATION_POLICY);
        } catch (BundleException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            complaints.add("plug-in " + bundle.getSymbolicName() + " " + bundle.getVersion() + " does not start: "
                    + cause + "; remove " + bundle.getLocation().replaceFirst("reference:file:(.*/)\\./", "$1")
                    + ", or get another build of it");
        }
    }

    /** What could not be started, a sentence each. */
    public List<String> complaints() {
        return List.copyOf(complaints);
    }

    /** The context of the framework itself. */
    public BundleContext context() {
        return framework.getBundleContext();
    }

    /**
     * Runs the command line on the calling thread.
     *
     * @return the exit code
     */
    public int run() throws Exception {
        var main = mains();
        if (main.isEmpty()) {
            String unresolved = Arrays.stream(context().getBundles())
                    .filter(bundle -> bundle.getState() == Bundle.INSTALLED)
                    .map(Bundle::getSymbolicName)
                    .collect(Collectors.joining(", "));
            System.err.println("borealis: this distribution has no working shell; not resolved: "
                    + (unresolved.isEmpty() ? "nothing" : unresolved) + "; unpack or build it again");
            return 1;
        }
        for (String complaint : complaints) {
            System.err.println("borealis: " + complaint);
        }
        Object result = main.getFirst().call();
        return result instanceof Integer code ? code : 0;
    }

    @SuppressWarnings("rawtypes")
    private List<Callable<?>> mains() throws InvalidSyntaxException {
        var mains = new ArrayList<Callable<?>>();
        for (var reference : context().getServiceReferences(Callable.class, "(main.thread=true)")) {
            Callable main = context().getService(reference);
            if (main != null) {
                mains.add(main);
            }
        }
        return mains;
    }

    /** Stops everything, in at most ten seconds, and removes what the container wrote. */
    @Override
    public void close() throws IOException, InterruptedException {
        try {
            framework.stop();
            framework.waitForStop(TimeUnit.SECONDS.toMillis(STOP_SECONDS));
        } catch (BundleException e) {
            System.err.println("borealis: the container does not stop: " + e.getMessage());
        }
        classPath.close();
        scratch.close();
    }
}
