package org.borealis.cluster.environments;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.ClusterException;

/** The environment of a process, and who is believed to have set it. */
record Variables(Map<String, String> all, String origin) {

    boolean has(String name) {
        return !all.getOrDefault(name, "").isBlank();
    }

    /** The first of these that is set. */
    Optional<String> text(String... names) {
        return Arrays.stream(names)
                .filter(this::has)
                .map(name -> all.getOrDefault(name, "").strip())
                .findFirst();
    }

    /** The first of these that is set, as a number. */
    Optional<Integer> number(String... names) {
        return Arrays.stream(names).filter(this::has).map(this::parsed).findFirst();
    }

    /** As {@link #number}, of which one has to be set. */
    int needed(String... names) {
        return number(names)
                .orElseThrow(() -> wrong(String.join(" or ", names) + " is not set; the others of " + origin
                        + " are, so the process was not started by it, or its environment was not handed on"));
    }

    private int parsed(String name) {
        String value = all.getOrDefault(name, "").strip();
        if (!value.matches("[0-9]{1,9}")) {
            throw wrong(name + " has to be a whole number; it is '" + value + "'");
        }
        return Integer.parseInt(value);
    }

    ClusterException wrong(String complaint) {
        return new ClusterException("cluster-environment", origin + ": " + complaint);
    }
}
