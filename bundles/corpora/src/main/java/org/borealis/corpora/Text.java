package org.borealis.corpora;

import java.nio.file.Path;
import org.borealis.data.DocumentSource;

/**
 * A file to be read.
 *
 * @param size in the unit of the source's positions, as well as it is known
 */
record Text(Path file, DocumentSource source, long size) {}
