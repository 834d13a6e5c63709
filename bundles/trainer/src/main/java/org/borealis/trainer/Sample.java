package org.borealis.trainer;

import java.util.Map;
import org.borealis.device.Device;
import org.borealis.device.Slot;
import org.borealis.trainer.decode.Decoder;
import org.borealis.trainer.decode.Generation;
import org.borealis.trainer.decode.Sampler;
import org.borealis.trainer.step.Precision;

/** The text that a finished model writes, to be read by whoever trained it. */
record Sample(RunContext context, Device device, Stretch.Parts parts, Recorder recorder) {

    void write(long step) {
        var settings = context.settings();
        var tokenizer = parts.plugins().tokenizer();
        var prompt = tokenizer.encode(settings.sample_prompt());
        if (prompt.length == 0) {
            return;
        }
        var text = new StringBuilder(settings.sample_prompt());
        var ranks = context.ranks();
        if (!ranks.isFirst()) {
            parts.state().giveParameters();
            return;
        }
        if (ranks.areMany()) {
            try (var whole = parts.state().wholeParameters()) {
                write(whole.byName(), prompt, text);
            }
        } else {
            write(parts.state().parameterSlots(), prompt, text);
        }
        recorder.record("sample", step, Map.of("prompt", settings.sample_prompt(), "text", text.toString()));
        context.display().line("sample:\n\n" + text + "\n");
    }

    private void write(Map<String, Slot> parameters, int[] prompt, StringBuilder text) {
        var settings = context.settings();
        var model = parts.plugins().model();
        int capacity = Math.min(model.sequence(), prompt.length + settings.sample_tokens());
        var sampler = new Sampler(settings.sample_temperature(), 0, 1, settings.seed());
        try (var decoder = new Decoder(
                context.engine().compiler(),
                device,
                model,
                Precision.of(settings).wide(),
                parameters,
                prompt.length,
                capacity)) {
            new Generation(decoder, parts.plugins().tokenizer(), sampler)
                    .run(prompt, settings.sample_tokens(), text::append);
        }
    }
}
