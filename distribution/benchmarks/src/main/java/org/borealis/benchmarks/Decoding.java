package org.borealis.benchmarks;

import java.util.Arrays;
import java.util.Map;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.optimizer.sgd.Sgd;
import org.borealis.tensor.DataType;
import org.borealis.testkit.Settings;
import org.borealis.trainer.decode.Decoder;
import org.borealis.trainer.step.TrainState;

/** What {@code borealis generate} runs: one sequence, token by token, with a key/value cache. A step is {@link #TOKENS} tokens. */
final class Decoding implements Contender {
    static final int PROMPT = 16;
    static final int TOKENS = 32;

    private final String name;
    private final TrainState state;
    private final Decoder decoder;
    private final int[] tokens;

    Decoding(String backend, Device device, Size size) {
        name = "borealis " + backend;
        var family = size.model();
        state = new TrainState(
                device, DataType.FLOAT32, family.parameters(), new Sgd(Settings.of(Sgd.Config.class, Map.of())));
        state.initialise(1234);
        decoder = new Decoder(
                new ProgramCompiler(),
                device,
                family,
                DataType.FLOAT32,
                state.parameterSlots(),
                PROMPT,
                PROMPT + TOKENS);
        tokens = Arrays.copyOf(size.randomTokens(), PROMPT + TOKENS);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double step() {
        var logits = decoder.prefill(Arrays.copyOf(tokens, PROMPT));
        for (int i = PROMPT; i < tokens.length; i++) {
            logits = decoder.next(tokens[i]);
        }
        return Arrays.stream(logits).max().orElseThrow();
    }

    @Override
    public void close() {
        decoder.close();
        state.close();
    }
}
