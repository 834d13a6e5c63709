package org.borealis.cluster.environments;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.ClusterEnvironment;
import org.borealis.cluster.Membership;

/** All systems of this bundle; as a program, it prints what they say about its own process. */
final class Environments {
    static final List<ClusterEnvironment> ALL = List.of(
            new SlurmEnvironment(),
            new PmixEnvironment(),
            new PmiEnvironment(),
            new PalsEnvironment(),
            new OpenMpiEnvironment(),
            new ExplicitEnvironment());

    private Environments() {}

    static Optional<Membership> membership(String... pairs) {
        var variables = new LinkedHashMap<String, String>();
        for (String pair : pairs) {
            variables.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return ClusterEnvironment.membership(ALL, variables);
    }

    public static void main(String... arguments) {
        Map<String, String> own = System.getenv();
        String answer = ClusterEnvironment.membership(ALL, own)
                .map(it -> "member %d of %d, %d of %d here, %s by %s"
                        .formatted(it.rank(), it.size(), it.localRank(), it.localSize(), it.address(), it.origin()))
                .orElse("no member");
        System.out.println(answer);
    }
}
