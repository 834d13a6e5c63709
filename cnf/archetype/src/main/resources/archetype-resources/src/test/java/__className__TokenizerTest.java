package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.borealis.data.Tokenizer;
import org.borealis.testkit.Settings;
import org.borealis.testkit.TokenizerConformance;
import org.junit.jupiter.api.Test;

final class ${className}TokenizerTest extends TokenizerConformance {
    @Override
    protected Tokenizer tokenizer() {
        return new ${className}Tokenizer(Settings.of(${className}Tokenizer.Config.class, Map.of()));
    }

    @Test
    void aWordIsOneToken() {
        assertEquals(1, tokenizer().encode(" the ").length);
    }
}
