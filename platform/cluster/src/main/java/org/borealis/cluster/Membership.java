package org.borealis.cluster;

import org.osgi.annotation.versioning.ProviderType;

/**
 * The place of a process in its job.
 *
 * @param rank this process, from 0
 * @param size processes in the job
 * @param localRank this process among those of its node, from 0
 * @param localSize processes of the job on this node
 * @param address {@code host:port} where rank 0 is met
 * @param origin the system that says so, such as {@code slurm}
 */
@ProviderType
public record Membership(int rank, int size, int localRank, int localSize, String address, String origin) {
    private static final int GREATEST_PORT = 65535;

    /** @throws ClusterException if the numbers contradict each other or the address is none */
    public Membership {
        if (size < 1 || rank < 0 || rank >= size) {
            throw wrong(origin, "rank " + rank + " of " + size + " can't be");
        }
        if (localSize < 1 || localSize > size || localRank < 0 || localRank >= localSize || localRank > rank) {
            throw wrong(
                    origin, "local rank " + localRank + " of " + localSize + " can't be rank " + rank + " of " + size);
        }
        int colon = address.lastIndexOf(':');
        boolean hasPort = colon > 0 && address.substring(colon + 1).matches("[0-9]{1,5}");
        int port = hasPort ? Integer.parseInt(address.substring(colon + 1)) : 0;
        if (port < 1 || port > GREATEST_PORT) {
            throw wrong(origin, "the address of rank 0 is wanted as HOST:PORT; got '" + address + "'");
        }
    }

    private static ClusterException wrong(String origin, String complaint) {
        return new ClusterException("membership", origin + ": " + complaint);
    }

    /** Whether all ranks are on one node. */
    public boolean isOneNode() {
        return localSize == size;
    }
}
