package org.borealis.testkit.backend;

import org.osgi.annotation.versioning.ProviderType;

/** What a check is about. */
@ProviderType
public enum Area {
    PRIMITIVES("every primitive is right on every type that is supported"),
    COMPOSITES("every composite that is claimed means its decomposition"),
    GRADIENTS("every composite's gradient is what finite differences say"),
    LACKS("what is not claimed is refused"),
    MEMORY("memory is given, kept and given back"),
    MANNERS("threads, order and closing do no harm");

    private final String sentence;

    Area(String sentence) {
        this.sentence = sentence;
    }

    /** What all its checks together claim. */
    public String sentence() {
        return sentence;
    }
}
