package org.borealis.shell;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.borealis.command.Command;
import org.borealis.command.Diagnosis;
import org.borealis.device.Backend;
import org.borealis.device.Device;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.ServiceReference;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ServiceScope;
import picocli.CommandLine;

/** {@code borealis doctor}: whether this machine can train, and what to do where it can't. */
@Component(service = Command.class, scope = ServiceScope.PROTOTYPE, property = Command.NAME + "=doctor")
@CommandLine.Command(
        name = "doctor",
        description = "Checks this machine: JDK, memory, cores, container, natives, backends.",
        footer = {
            "",
            "Examples:",
            "  borealis doctor                  looks, and opens every backend",
            "  borealis doctor --json           the same, for a script",
            "",
            "It ends with exit code 1 if it finds something that keeps a run from working."
        })
public final class DoctorCommand implements Command {
    private static final long GIBIBYTE = 1L << 30;
    /** What the native libraries of the torch backend take when they are unpacked, generously. */
    private static final long NATIVES_BYTES = 700L << 20;

    private final InstalledPlugins plugins;
    private final DroppedPlugins dropped;
    private final List<Diagnosis> diagnoses;
    private final BundleContext context;
    private final Map<String, Object> findings = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    @CommandLine.Option(names = "--json", description = "Prints a JSON object.")
    boolean asJson;

    @CommandLine.Option(names = "--quick", description = "Does not open the backends.")
    boolean isQuick;

    @Activate
    public DoctorCommand(
            @Reference InstalledPlugins plugins,
            @Reference DroppedPlugins dropped,
            @Reference List<Diagnosis> diagnoses,
            BundleContext context) {
        this.plugins = plugins;
        this.dropped = dropped;
        this.diagnoses = List.copyOf(diagnoses);
        this.context = context;
    }

    @Override
    public Integer call() {
        examineJdk();
        examineMachine();
        examineContainer();
        examineNatives();
        examineBackends();
        diagnoses.forEach(diagnosis -> findings.put(diagnosis.subject(), diagnosis.findings()));
        findings.put("problems", problems);
        System.out.print(asJson ? Json.of(findings) + System.lineSeparator() : text());
        return problems.isEmpty() ? DONE : FAILED;
    }

    private void examineJdk() {
        findings.put("jdk", Runtime.version() + ", " + System.getProperty("java.vendor"));
        findings.put("javaHome", System.getProperty("java.home"));
    }

    private void examineMachine() {
        findings.put(
                "system",
                System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                        + System.getProperty("os.arch"));
        findings.put("cores", Runtime.getRuntime().availableProcessors());
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean machine) {
            findings.put("memoryGiB", gibibytes(machine.getTotalMemorySize()));
            findings.put("freeMemoryGiB", gibibytes(machine.getFreeMemorySize()));
        }
        findings.put("javaHeapGiB", gibibytes(Runtime.getRuntime().maxMemory()));
        findings.put(
                "threads",
                "OPENBLAS_NUM_THREADS=" + environment("OPENBLAS_NUM_THREADS") + " OMP_NUM_THREADS="
                        + environment("OMP_NUM_THREADS") + " OMP_WAIT_POLICY=" + environment("OMP_WAIT_POLICY"));
    }

    private static String environment(String name) {
        String value = System.getenv(name);
        return value == null ? "(not set)" : value;
    }

    private void examineContainer() {
        Bundle framework = context.getBundle(Constants.SYSTEM_BUNDLE_ID);
        findings.put("container", framework.getSymbolicName() + " " + framework.getVersion());
        findings.put("home", String.valueOf(context.getProperty("borealis.home")));
        findings.put("bundles", context.getBundles().length);
        findings.put("pluginFolders", String.valueOf(context.getProperty("felix.fileinstall.dir")));
        problems.addAll(dropped.leftOut());
        problems.addAll(plugins.refused().values());
        plugins.all().stream()
                .filter(plugin -> plugin.state().startsWith("failed"))
                .forEach(plugin -> problems.add(plugin.kind() + " " + plugin.name() + " " + plugin.state()));
    }

    private void examineNatives() {
        String folder = System.getProperty("org.bytedeco.javacpp.cachedir", "");
        if (folder.isEmpty()) {
            findings.put("natives", "in the default folder of JavaCPP");
            return;
        }
        Path natives = Path.of(folder);
        findings.put("natives", folder + (Files.isDirectory(natives) ? ", unpacked" : ", not unpacked yet"));
        Path existing = natives.toAbsolutePath();
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        try {
            if (!Files.isWritable(existing)) {
                problems.add(existing + " can't be written, and native libraries are unpacked there;"
                        + " set XDG_CACHE_HOME to a folder that can");
            } else if (!Files.isDirectory(natives)
                    && Files.getFileStore(existing).getUsableSpace() < NATIVES_BYTES) {
                problems.add(
                        existing + " has less than " + (NATIVES_BYTES >> 20) + " MiB left, and native libraries are"
                                + " unpacked there; make room, or set XDG_CACHE_HOME to a larger disk");
            }
        } catch (IOException e) {
            problems.add(existing + " can't be examined: " + e.getMessage());
        }
    }

    private void examineBackends() {
        var backends = new LinkedHashMap<String, Object>();
        for (InstalledPlugin backend : plugins.all("backend")) {
            backends.put(backend.name(), isQuick ? backend.state() : opened(backend));
        }
        findings.put("backends", backends);
        if (backends.isEmpty()) {
            problems.add("no backend is installed: nothing can run a model;"
                    + " put the jar of one, such as backend-torch, into a plug-in folder");
        }
    }

    private String opened(InstalledPlugin backend) {
        ServiceReference<Plugins> reference = context.getServiceReference(Plugins.class);
        if (reference == null) {
            return backend.state();
        }
        try (Plugins.Choice<Backend> choice = context.getService(reference)
                        .open(Contract.BACKEND, new Section(backend.name(), Map.of()), Duration.ZERO);
                Device device = choice.service().open()) {
            return "works: " + device.description();
        } catch (BorealisException e) {
            problems.add("backend " + backend.name() + ": " + e.getMessage());
        } catch (RuntimeException | LinkageError e) {
            problems.add("backend " + backend.name() + " does not open: " + e);
        } finally {
            context.ungetService(reference);
        }
        return "does not open";
    }

    private static double gibibytes(long bytes) {
        return Math.round(10.0 * bytes / GIBIBYTE) / 10.0;
    }

    private String text() {
        var table = new Table("", "");
        findings.forEach((key, value) -> {
            if (value instanceof Map<?, ?> several) {
                several.forEach((name, state) -> table.row(key.replaceFirst("s$", "") + " " + name, state.toString()));
            } else if (!key.equals("problems")) {
                table.row(key, value.toString());
            }
        });
        String verdict = problems.isEmpty()
                ? "No problems found."
                : Stream.concat(Stream.of("Problems:"), problems.stream().map(problem -> "  " + problem))
                        .reduce((a, b) -> a + System.lineSeparator() + b)
                        .orElse("");
        return table.toString().stripLeading() + System.lineSeparator() + verdict + System.lineSeparator();
    }
}
