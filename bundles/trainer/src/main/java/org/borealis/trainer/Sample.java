package org.borealis.trainer;

import java.util.Map;
import org.borealis.device.Device;
import org.borealis.trainer.decode.Decoder;
import org.borealis.trainer.decode.Generation;
import org.borealis.trainer.decode.Sampler;
import org.borealis.trainer.step.Precision;

/** The text that a finished model writes, to be read by whoever trained it. */
record Sample(RunContext context, Device device, Stretch.Parts parts, Recorder recorder) {

    void write(long step) {
        var settings = context.settings();
        var tokenizer = parts.plugins().tokenizer();
        var model = parts.plugins().model();
        var prompt = tokenizer.encode(settings.sample_prompt());
        if (prompt.length == 0) {
            return;
        }
        int capacity = Math.min(model.sequence(), prompt.length + settings.sample_tokens());
        var sampler = new Sampler(settings.sample_temperature(), 0, 1, settings.seed());
        var text = new StringBuilder(settings.sample_prompt());
        try (var whole = parts.state().wholeParameters()) {
            if (!context.ranks().isFirst()) {
                return;
            }
            try (var decoder = new Decoder(
                    context.engine().compiler(),
                    device,
                    model,
                    Precision.of(settings.precision()).kept(),
                    whole.byName(),
                    prompt.length,
                    capacity)) {
                new Generation(decoder, tokenizer, sampler).run(prompt, settings.sample_tokens(), text::append);
            }
        }
        recorder.record("sample", step, Map.of("prompt", settings.sample_prompt(), "text", text.toString()));
        context.display().line("sample:\n\n" + text + "\n");
    }
}
