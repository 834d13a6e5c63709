package org.borealis.launcher.standard;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.Job;

/** Jobs and settings for tests. */
final class Jobs {
    private Jobs() {}

    /** Trains a recipe; at most an hour. */
    static Job training(int ranks, int ranksPerNode, int coresPerRank, Integer... cores) {
        var environment = new LinkedHashMap<String, String>();
        environment.put("XDG_CACHE_HOME", "/scratch/my cache");
        return new Job(
                "tiny",
                List.of("/opt/borealis/bin/borealis", "train", "tiny.yaml", "--set", "mesh=data=" + ranks),
                environment,
                Path.of("/home/me/my runs"),
                Path.of("runs/tiny/logs"),
                new Job.Place(ranks, ranksPerNode, coresPerRank, List.of(cores), 29500),
                Optional.of(Duration.ofHours(1)));
    }

    /** Lets every rank run a line of a shell in a folder. */
    static Job shell(Path folder, int ranks, int ranksPerNode, String line) {
        return new Job(
                "shell",
                List.of("sh", "-c", line),
                Map.of("GREETING", "good day"),
                folder,
                folder,
                new Job.Place(ranks, ranksPerNode, 0, List.of(), 29500),
                Optional.empty());
    }

    /** Settings with their defaults but for these, as Declarative Services would give them. */
    static <C extends Annotation> C settings(Class<C> type, Map<String, Object> given) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> given.getOrDefault(method.getName(), method.getDefaultValue())));
    }
}
