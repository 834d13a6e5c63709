package org.borealis.trainer.decode;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.util.Map;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.device.Device;
import org.borealis.model.Context;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.TensorType;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.TinyModel;
import org.borealis.trainer.step.HostMemory;
import org.borealis.trainer.step.TracedWeights;
import org.borealis.trainer.step.TrainState;
import org.junit.jupiter.api.Test;

class DecoderTest {
    private static final TinyModel MODEL = new TinyModel(20, 24);
    private static final int[] TEXT = {3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8};
    private static final double ROUNDING = 1e-5; // float32 sums in another order

    @Test
    void cachedDecodingGivesTheScoresOfTheFullForwardPass() {
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, DataType.FLOAT32, MODEL.parameters(), new Momentum(1, 0))) {
            state.initialise(99);
            var wanted = forward(device, state);
            try (var decoder = decoder(device, state, 5, 16)) {
                assertArrayEquals(wanted[4], decoder.prefill(java.util.Arrays.copyOf(TEXT, 5)), ROUNDING);
                for (int i = 5; i < TEXT.length; i++) {
                    assertArrayEquals(wanted[i], decoder.next(TEXT[i]), ROUNDING, "position " + i);
                }
            }
        }
    }

    @Test
    void aPromptThatFillsTheCacheLeavesNoRoom() {
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, DataType.FLOAT32, MODEL.parameters(), new Momentum(1, 0));
                var decoder = decoder(device, state, TEXT.length, TEXT.length)) {
            decoder.prefill(TEXT);
            assertEquals(false, decoder.hasRoom());
            assertThrows(BorealisException.class, () -> decoder(device, state, 17, 16));
        }
    }

    private static Decoder decoder(Device device, TrainState state, int prompt, int capacity) {
        return new Decoder(
                new ProgramCompiler(), device, MODEL, DataType.FLOAT32, state.parameterSlots(), prompt, capacity);
    }

    private static double[][] forward(Device device, TrainState state) {
        var builder = new Program.Builder("forward");
        var weights = new TracedWeights(builder, MODEL.parameters(), DataType.FLOAT32);
        var tokens = builder.input("tokens", TensorType.of(DataType.INT32, 1, TEXT.length));
        builder.output("logits", MODEL.logits(weights, MODEL.hidden(weights, tokens, Context.causal())));
        try (var program = new ProgramCompiler().compile(device, builder.build(), Map.copyOf(state.parameterSlots()));
                var arena = Arena.ofConfined()) {
            var ids = arena.allocate(4L * TEXT.length);
            HostMemory.write(ids, TEXT);
            device.write(program.slot("tokens"), ids);
            program.run();
            var slot = program.slot("logits");
            var bytes = arena.allocate(slot.type().bytes());
            device.read(slot, bytes);
            var logits = new double[TEXT.length][MODEL.vocabulary()];
            for (int i = 0; i < TEXT.length; i++) {
                HostMemory.read(bytes, DataType.FLOAT32, (long) i * MODEL.vocabulary(), logits[i]);
            }
            return logits;
        }
    }
}
