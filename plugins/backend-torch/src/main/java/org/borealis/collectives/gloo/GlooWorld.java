package org.borealis.collectives.gloo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.collectives.gloo.Connections.Member;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.Group;
import org.borealis.parallel.World;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.gloo.Device;

/** A job of processes, seen by one of them; all its groups share one of Gloo's devices, which is a thread that moves bytes. */
final class GlooWorld implements World {
    private final MeetingPoint meetingPoint;
    private final Device device;
    private final Map<List<Object>, Integer> asked = new HashMap<>();
    private final List<GlooGroup> groups = new ArrayList<>();
    private boolean isOpen = true;

    GlooWorld(MeetingPoint meetingPoint, String networkInterface) {
        this.meetingPoint = meetingPoint;
        try {
            device = networkInterface.isEmpty()
                    ? ProcessGroupGloo.createDeviceForHostname(meetingPoint.localAddress())
                    : ProcessGroupGloo.createDeviceForInterface(networkInterface);
        } catch (RuntimeException e) {
            meetingPoint.close();
            throw new CommunicationException(
                    "network-interface",
                    "rank " + rank() + " can't talk through "
                            + (networkInterface.isEmpty()
                                    ? "the interface by which it reaches rank 0"
                                    : networkInterface)
                            + "; collectives.networkInterface names another; " + Failures.said(e),
                    e);
        }
    }

    @Override
    public int rank() {
        return meetingPoint.rendezvous().rank();
    }

    @Override
    public int size() {
        return meetingPoint.rendezvous().size();
    }

    @Override
    public synchronized Group group(String name, List<Integer> ranks) {
        String where = "rank " + rank() + " asks for group " + name + " of ranks " + ranks + ": ";
        if (!isOpen) {
            throw new CommunicationException("closed", where + "this rank has left");
        }
        int index = ranks.indexOf(rank());
        if (index < 0
                || ranks.stream().anyMatch(r -> r < 0 || r >= size())
                || ranks.stream().distinct().count() < ranks.size()) {
            throw new CommunicationException(
                    "group", where + "each has to be there once and below " + size() + ", and this one among them");
        }
        int turn = asked.merge(List.of(name, ranks), 1, Integer::sum);
        String prefix = "group " + name + " " + ranks + " " + turn;
        try {
            var processes = connect(prefix, index, ranks.size());
            var timeout = meetingPoint.rendezvous().timeout();
            var members = ranks.stream()
                    .map(rank -> new Member(rank, meetingPoint.hosts().get(rank)))
                    .toList();
            var group = new GlooGroup(new Connections(name, members, index, timeout, processes));
            groups.add(group);
            return group;
        } catch (CommunicationException e) {
            throw e;
        } catch (RuntimeException e) {
            throw Failures.of(where, "one of the others", e);
        }
    }

    private ProcessGroupGloo connect(String prefix, int index, int count) {
        try (var timeout = meetingPoint.milliseconds();
                var options = ProcessGroupGloo.Options.create(timeout);
                var devices = new GlooDeviceVector(device)) {
            options.threads(1);
            options.devices(devices);
            return new ProcessGroupGloo(meetingPoint.table(prefix), index, count, options);
        }
    }

    @Override
    public synchronized void close() {
        if (isOpen) {
            isOpen = false;
            groups.forEach(GlooGroup::close);
            device.close();
            meetingPoint.close();
        }
    }
}
