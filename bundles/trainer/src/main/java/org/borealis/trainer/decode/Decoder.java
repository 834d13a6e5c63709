package org.borealis.trainer.decode;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.borealis.device.Compiler;
import org.borealis.device.Device;
import org.borealis.device.Executable;
import org.borealis.device.Slot;
import org.borealis.model.ModelFamily;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.trainer.step.HostMemory;
import org.borealis.trainer.step.Slots;

/** A model that continues one sequence: reads a prompt at once, then token by token, with a key/value cache of fixed capacity. */
public final class Decoder implements AutoCloseable {
    private static final int SHORTEST_PREFILL = 16;

    private final Device device;
    private final Arena arena = Arena.ofConfined();
    private final Slots slots;
    private final DecodeTrace trace;
    private final int prefillLength;
    private final Executable prefill;
    private final Executable decode;
    private final MemorySegment staging;
    private int position;

    /**
     * Compiles.
     *
     * @param type to compute in
     * @param parameters their places on the device, by the names that {@link org.borealis.trainer.step.TrainState} gives them; of
     *     the type or a narrower one
     * @param promptLength tokens that are going to be read at once
     * @param capacity tokens that fit into the cache, the prompt included
     */
    public Decoder(
            Compiler compiler,
            Device device,
            ModelFamily family,
            DataType type,
            Map<String, Slot> parameters,
            int promptLength,
            int capacity) {
        this.device = device;
        if (promptLength < 1 || promptLength > capacity) {
            throw new BorealisException(
                    "prompt-length",
                    "the prompt is " + promptLength + " tokens; 1 to " + capacity
                            + " are wanted, what the model's sequence has room for");
        }
        trace = new DecodeTrace(family, type, capacity);
        prefillLength = padded(promptLength, capacity);
        slots = new Slots(device);
        try {
            for (int layer = 0; layer < family.cache().layers(); layer++) {
                slots.add(DecodeTrace.keys(layer), trace.cacheType());
                slots.add(DecodeTrace.values(layer), trace.cacheType());
            }
            slots.add(DecodeTrace.POSITION, DecodeTrace.POSITION_TYPE);
            slots.add(DecodeTrace.LAST, DecodeTrace.LAST_TYPE);
            slots.add(DecodeTrace.LOGITS, trace.logitsType());
            var executables = compiler.compile(
                    device,
                    List.of(
                            job(compiler, "prefill", prefillLength, parameters),
                            job(compiler, "decode", 1, parameters)));
            prefill = executables.get(0);
            decode = executables.get(1);
        } catch (RuntimeException e) {
            slots.close();
            arena.close();
            throw e;
        }
        staging = arena.allocate(
                Math.max(trace.logitsType().bytes(), (long) prefillLength * Integer.BYTES), Slot.ALIGNMENT);
    }

    /** A few lengths instead of all: one program serves many prompts. What is written behind the prompt is overwritten in time. */
    private static int padded(int length, int capacity) {
        int power = SHORTEST_PREFILL;
        while (power < length) {
            power *= 2;
        }
        return Math.min(power, capacity);
    }

    private Compiler.Job job(Compiler compiler, String name, int length, Map<String, Slot> parameters) {
        var bindings = new HashMap<>(parameters);
        cacheAndNumbers().forEach(each -> bindings.put(each, slots.get(each)));
        bindings.put(DecodeTrace.TOKENS, slots.add(name, DecodeTrace.tokenType(length)));
        var kept = parameters.values().iterator().next().type().type();
        var program = compiler.narrow(trace.program(name, length), parameters.keySet(), kept);
        return new Compiler.Job(program, bindings);
    }

    private List<String> cacheAndNumbers() {
        var names = new ArrayList<>(List.of(DecodeTrace.POSITION, DecodeTrace.LAST, DecodeTrace.LOGITS));
        for (int layer = 0; layer < trace.family().cache().layers(); layer++) {
            names.add(DecodeTrace.keys(layer));
            names.add(DecodeTrace.values(layer));
        }
        return names;
    }

    /** Reads the prompt; gives the scores of what may follow. */
    public double[] prefill(int[] prompt) {
        var tokens = new int[prefillLength];
        System.arraycopy(prompt, 0, tokens, 0, prompt.length);
        position = 0;
        var logits = run(prefill, "prefill", tokens, prompt.length - 1);
        position = prompt.length;
        return logits;
    }

    /** Whether there is room for a token. */
    public boolean hasRoom() {
        return position < trace.capacity();
    }

    /** Reads one more token; gives the scores of what may follow. */
    public double[] next(int token) {
        if (!hasRoom()) {
            throw new IllegalStateException("the cache of " + trace.capacity() + " tokens is full");
        }
        var logits = run(decode, "decode", new int[] {token}, 0);
        position++;
        return logits;
    }

    private double[] run(Executable executable, String tokenSlot, int[] tokens, int last) {
        write(tokenSlot, tokens);
        write(DecodeTrace.POSITION, position);
        write(DecodeTrace.LAST, last);
        executable.run();
        var logits = new double[trace.family().vocabulary()];
        var slot = slots.get(DecodeTrace.LOGITS);
        var bytes = staging.asSlice(0, slot.type().bytes());
        device.read(slot, bytes);
        HostMemory.read(bytes, slot.type().type(), 0, logits);
        return logits;
    }

    private void write(String name, int... values) {
        var bytes = staging.asSlice(0, (long) values.length * Integer.BYTES);
        HostMemory.write(bytes, values);
        device.write(slots.get(name), bytes);
    }

    @Override
    public void close() {
        List.of(prefill, decode).forEach(Executable::close);
        slots.close();
        arena.close();
    }
}
