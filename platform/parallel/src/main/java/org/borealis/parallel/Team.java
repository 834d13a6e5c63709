package org.borealis.parallel;

import java.util.LinkedHashMap;
import java.util.Map;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A rank with those it talks to.
 *
 * @param rank this one's number in the mesh
 * @param groups by axis name, the ranks on one line with this one; none for an axis of one rank
 */
@ProviderType
public record Team(Mesh mesh, int rank, Map<String, Group> groups) {
    /** A rank that nobody stands beside. */
    public static final Team ALONE = new Team(Mesh.SINGLE, 0, Map.of());

    public Team {
        groups = Map.copyOf(groups);
        if (rank < 0 || rank >= mesh.size()) {
            throw new CommunicationException(
                    "mesh", "mesh " + mesh + " has " + mesh.size() + " ranks; there is no rank " + rank + " in it");
        }
    }

    /**
     * Meets on every axis.
     *
     * @throws CommunicationException if there are more or fewer ranks than the mesh has places
     */
    public static Team of(Mesh mesh, World world) {
        if (mesh.size() != world.size()) {
            throw new CommunicationException(
                    "mesh",
                    "the mesh '" + mesh + "' is for " + mesh.size() + " ranks, and " + world.size()
                            + " were started; make the product of its axes " + world.size() + ", or start "
                            + mesh.size());
        }
        var groups = new LinkedHashMap<String, Group>();
        for (var axis : mesh.axes()) {
            if (axis.ranks() > 1) {
                var line = mesh.line(world.rank(), axis.name());
                groups.put(axis.name(), world.group(axis.name() + "-" + line.getFirst(), line));
            }
        }
        return new Team(mesh, world.rank(), groups);
    }

    /** Where this rank stands along an axis. */
    public int index(String axis) {
        return mesh.index(rank, axis);
    }

    /** Those on one line with this rank. */
    public Group group(String axis) {
        var group = groups.get(axis);
        if (group == null) {
            throw new CommunicationException(
                    "mesh", "mesh '" + mesh + "' has no ranks beside each other on axis " + axis);
        }
        return group;
    }
}
