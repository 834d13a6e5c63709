package org.borealis.trainer.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.compiler.ProgramCompiler;
import org.borealis.data.Tokenizer;
import org.borealis.tensor.DataType;
import org.borealis.trainer.fakes.Momentum;
import org.borealis.trainer.fakes.TinyModel;
import org.borealis.trainer.step.TrainState;
import org.junit.jupiter.api.Test;

class GenerationTest {
    /** Knows fewer ids than the model has, as where a vocabulary is filled up to a round number. */
    private record Letters(int vocabularySize) implements Tokenizer {
        @Override
        public int[] encode(String text) {
            return text.chars().map(letter -> letter - 'a').toArray();
        }

        @Override
        public String decode(int[] ids) {
            assertTrue(IntStream.of(ids).allMatch(id -> id < vocabularySize), "only its own ids");
            return IntStream.of(ids)
                    .collect(StringBuilder::new, (text, id) -> text.append((char) ('a' + id)), StringBuilder::append)
                    .toString();
        }

        @Override
        public OptionalInt endOfText() {
            return OptionalInt.empty();
        }
    }

    @Test
    void idsThatOnlyFillUpTheVocabularyAreNeverTaken() {
        var model = new TinyModel(20, 24);
        var tokenizer = new Letters(3);
        var text = new StringBuilder();
        try (var device = new ReferenceBackend().open();
                var state = new TrainState(device, DataType.FLOAT32, model.parameters(), new Momentum(1, 0))) {
            state.initialise(99);
            try (var decoder = new Decoder(
                    new ProgramCompiler(), device, model, DataType.FLOAT32, state.parameterSlots(), 2, 16)) {
                new Generation(decoder, tokenizer, new Sampler(2, 0, 1, 5))
                        .run(tokenizer.encode("ab"), 12, text::append);
            }
        }
        assertEquals(12, text.length());
    }
}
