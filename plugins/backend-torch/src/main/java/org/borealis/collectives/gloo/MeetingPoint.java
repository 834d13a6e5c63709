package org.borealis.collectives.gloo;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.CommunicationException;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.StringVector;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;

/** The table, kept by rank 0, in which ranks find each other. */
final class MeetingPoint implements AutoCloseable {
    private static final Duration RETRY = Duration.ofMillis(20);

    private final Rendezvous rendezvous;
    private final String host;
    private final int port;
    private Optional<TCPStore> server = Optional.empty();
    private Optional<Store> connection = Optional.empty();
    private List<String> hosts = List.of();

    private MeetingPoint(Rendezvous rendezvous) {
        this.rendezvous = rendezvous;
        int colon = rendezvous.address().lastIndexOf(':');
        if (colon < 1 || !rendezvous.address().substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new CommunicationException(
                    "rendezvous", "wanted host:port of rank 0, got '" + rendezvous.address() + "'");
        }
        host = rendezvous.address().substring(0, colon);
        port = Integer.parseInt(rendezvous.address().substring(colon + 1));
    }

    /** Waits until all ranks are there. */
    static MeetingPoint meet(Rendezvous rendezvous) {
        var point = new MeetingPoint(rendezvous);
        try {
            if (rendezvous.rank() == 0) {
                point.server = Optional.of(point.store(true));
            }
            point.awaitListener();
            try (var all = new PrefixStore("", givenAway(point.store(false)))) {
                var counted = all.getUnderlyingStore();
                point.connection = Optional.of(counted);
                point.meet(counted);
            }
            return point;
        } catch (RuntimeException e) {
            point.close();
            throw e instanceof CommunicationException
                    ? e
                    : point.failure(
                            rendezvous.rank() == 0
                                    ? "rank 0 can't listen there, or was not reached"
                                    : "rank 0 was not reached; it has to be started, and this host has to reach it",
                            e);
        }
    }

    /** Gloo's own waiting begins with a pause of seconds where nobody listens yet. */
    private void awaitListener() {
        long deadline = System.nanoTime() + rendezvous.timeout().toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port), (int)
                        rendezvous.timeout().toMillis());
                if (socket.getLocalPort() != port) { // else it has met itself, as TCP allows
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw failure("rank 0 does not listen there", new IllegalStateException(e.getMessage(), e));
                }
            }
            LockSupport.parkNanos(RETRY.toNanos());
        }
    }

    /** All come; and rank 0, with whom the table goes, stays until all have seen that. */
    private void meet(Store client) {
        client.set("host " + rendezvous.rank(), rendezvous.rank() == 0 ? host : localAddress());
        client.add("come " + rendezvous.rank(), 1);
        await(client, "come ", "did not come");
        client.add("met " + rendezvous.rank(), 1);
        if (rendezvous.rank() == 0) {
            await(client, "met ", "came and went");
        }
        hosts = IntStream.range(0, rendezvous.size())
                .mapToObj(rank -> client.get_to_str("host " + rank))
                .toList();
    }

    private void await(Store client, String prefix, String complaint) {
        var keys =
                IntStream.range(0, rendezvous.size()).mapToObj(r -> prefix + r).toArray(String[]::new);
        try (var all = new StringVector(keys);
                var timeout = milliseconds()) {
            client._wait(all, timeout);
        } catch (RuntimeException e) {
            var missing = missing(client, keys);
            throw failure(
                    missing.isEmpty()
                            ? "rank 0 is gone, or gave up: see its log"
                            : "ranks " + missing + " " + complaint,
                    e);
        }
    }

    /** None, if rank 0 has taken the table with it. */
    private static List<Integer> missing(Store client, String[] keys) {
        var missing = new ArrayList<Integer>();
        for (int rank = 0; rank < keys.length; rank++) {
            try (var key = new StringVector(keys[rank])) {
                if (!client.check(key)) {
                    missing.add(rank);
                }
            } catch (RuntimeException gone) {
                return List.of();
            }
        }
        return missing;
    }

    private CommunicationException failure(String complaint, RuntimeException cause) {
        return new CommunicationException(
                "rendezvous",
                "rank " + rendezvous.rank() + " of " + rendezvous.size() + " waited "
                        + rendezvous.timeout() + " at " + rendezvous.address() + ": " + complaint + "; "
                        + Failures.said(cause),
                cause);
    }

    Rendezvous rendezvous() {
        return rendezvous;
    }

    /** Where each rank is, by rank: as the others know rank 0, and the addresses by which they reach it. */
    List<String> hosts() {
        return hosts;
    }

    Milliseconds milliseconds() {
        return new Milliseconds(rendezvous.timeout().toMillis());
    }

    /** The table as one group sees it, for that group to own. */
    PrefixStore table(String prefix) {
        return givenAway(new PrefixStore(prefix, connection.orElseThrow()));
    }

    /**
     * A store that is given to another object, once, and is not closed here: made by new, it counts no owners, and the first that it is
     * given to owns it.
     */
    private static <T extends Store> T givenAway(T store) {
        store.deallocate(false);
        return store;
    }

    /** A connection to the table, for rank 0 with the table itself. */
    private TCPStore store(boolean isServer) {
        try (var options = new TCPStoreOptions();
                var timeout = milliseconds()) {
            options.port((short) port).isServer(isServer).waitWorkers(false).timeout(timeout);
            return new TCPStore(host, options);
        }
    }

    /** The address of this host by which it reaches rank 0; a host's own name often stands for its loopback only. */
    String localAddress() {
        try (var socket = new DatagramSocket()) {
            socket.connect(new InetSocketAddress(host, port)); // sends nothing
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException e) {
            throw failure("this host has no way to it", new IllegalStateException(e));
        }
    }

    @Override
    public void close() {
        connection.ifPresent(Store::close);
        connection = Optional.empty();
        server.ifPresent(TCPStore::close);
        server = Optional.empty();
    }
}
