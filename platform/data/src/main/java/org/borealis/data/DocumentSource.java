package org.borealis.data;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.annotation.versioning.ConsumerType;

/** Reads documents from files of one format; registered as a service with the property {@value #NAME}. */
@ConsumerType
public interface DocumentSource {
    /** Service property that names the format. */
    String NAME = "source.name";

    /** Whether this source reads such a file, judged by its name. */
    boolean reads(Path file);

    /**
     * Opens a file.
     *
     * @param start a {@link Document#next} seen earlier in this file, to go on from there, or 0 to begin
     * @throws org.borealis.tensor.BorealisException naming file and line or byte, if the file is not of the format
     */
    Documents open(Path file, long start) throws IOException;

    /**
     * Size of a file in the unit of {@link Document#next}, as well as it can be told without reading the file; what progress is reckoned
     * from.
     */
    default long size(Path file) throws IOException {
        return Files.size(file);
    }

    /** Documents of one file, in order. */
    @ConsumerType
    interface Documents extends AutoCloseable {
        /** The next document; empty at the end. */
        java.util.Optional<Document> next() throws IOException;

        @Override
        void close() throws IOException;
    }

    /**
     * A text.
     *
     * @param next where the document after this one begins, in the unit of the source
     */
    record Document(String text, long next) {}
}
