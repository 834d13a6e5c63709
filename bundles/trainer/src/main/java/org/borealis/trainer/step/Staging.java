package org.borealis.trainer.step;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.device.Slot;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;

/** Room on the device for what the optimizer remembers of a few parameters, while these are updated; the next ones get the same. */
public final class Staging implements AutoCloseable {
    private final Device device;
    private final Store store;
    private final Optional<Buffer> room;
    private final Map<String, Slot> slots = new HashMap<>();

    /** @param updates programs that run one after the other */
    public Staging(Device device, TrainState state, List<Program> updates) {
        this.device = device;
        store = state.offloaded();
        long bytes = bytes(store.types(), updates);
        room = bytes == 0 ? Optional.empty() : Optional.of(device.allocate(bytes));
        for (var update : updates) {
            long end = 0;
            for (var input : update.inputs()) {
                var type = store.types().get(input.name());
                if (type != null) {
                    slots.put(input.name(), new Slot(room.orElseThrow(), end, type));
                    end += aligned(type);
                }
            }
        }
    }

    /** What it takes of the device. */
    static long bytes(Map<String, TensorType> offloaded, List<Program> updates) {
        return updates.stream()
                .mapToLong(update -> update.inputs().stream()
                        .filter(input -> offloaded.containsKey(input.name()))
                        .mapToLong(input -> aligned(Objects.requireNonNull(offloaded.get(input.name()))))
                        .sum())
                .max()
                .orElse(0);
    }

    private static long aligned(TensorType type) {
        return (type.bytes() + Slot.ALIGNMENT - 1) / Slot.ALIGNMENT * Slot.ALIGNMENT;
    }

    /** Where the programs find it. */
    public Map<String, Slot> slots() {
        return slots;
    }

    /** Runs an update on what it needs, and puts that back. */
    public void run(Executable update) {
        bring(update);
        update.run();
        names(update).forEach(name -> store.take(name, device, slot(name)));
    }

    /** Runs what changes nothing of what it needs. */
    public void read(Executable program) {
        bring(program);
        program.run();
    }

    private void bring(Executable program) {
        names(program).forEach(name -> store.bring(name, device, slot(name)));
    }

    private List<String> names(Executable program) {
        if (slots.isEmpty()) {
            return List.of();
        }
        return program.program().inputs().stream()
                .map(Program.Input::name)
                .filter(slots::containsKey)
                .toList();
    }

    private Slot slot(String name) {
        return Objects.requireNonNull(slots.get(name), name);
    }

    @Override
    public void close() {
        room.ifPresent(Buffer::close);
    }
}
