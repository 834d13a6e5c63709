package org.borealis.tokenizer.bytes;

import java.util.Map;
import org.borealis.data.Tokenizer;
import org.borealis.testkit.TokenizerConformance;
import org.osgi.util.converter.Converters;

final class BytesTokenizerConformanceTest extends TokenizerConformance {
    @Override
    protected Tokenizer tokenizer() {
        return new BytesTokenizer(
                Converters.standardConverter().convert(Map.of()).to(BytesTokenizer.Config.class));
    }
}
