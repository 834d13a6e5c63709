package org.borealis.command;

import java.util.Map;
import org.osgi.annotation.versioning.ConsumerType;

/** Something that {@code borealis doctor} tells about; a service. */
@ConsumerType
public interface Diagnosis {

    /** What it is about, in a word, such as {@code conformance}. */
    String subject();

    /** Findings by name, in order, each a short sentence. It looks, within a second, and changes nothing. */
    Map<String, String> findings();
}
