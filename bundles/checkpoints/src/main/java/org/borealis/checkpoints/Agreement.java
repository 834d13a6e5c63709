package org.borealis.checkpoints;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.borealis.checkpoint.Checkpoints.Writers;
import org.borealis.tensor.BorealisException;

/** Writers that go on together or not at all: where one of them fails, all do. */
record Agreement(Writers writers) {
    private static final byte DONE = 0;
    private static final byte FAILED = 1;

    /** Does this writer's work; gives what that of each of them gave, in their order. */
    List<byte[]> on(Supplier<byte[]> work) {
        byte[] own;
        try {
            own = work.get();
        } catch (RuntimeException | Error e) {
            tell(e);
            throw e;
        }
        var results = new ArrayList<byte[]>();
        for (byte[] said : writers.exchange(message(DONE, own))) {
            byte[] result = Arrays.copyOfRange(said, 1, said.length);
            if (said[0] == FAILED) {
                throw new BorealisException(
                        "checkpoint-write",
                        "rank " + results.size() + ": " + new String(result, StandardCharsets.UTF_8));
            }
            results.add(result);
        }
        return results;
    }

    private void tell(Throwable failure) {
        try {
            writers.exchange(
                    message(FAILED, String.valueOf(failure.getMessage()).getBytes(StandardCharsets.UTF_8)));
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private static byte[] message(byte status, byte[] content) {
        byte[] message = new byte[1 + content.length];
        message[0] = status;
        System.arraycopy(content, 0, message, 1, content.length);
        return message;
    }
}
