package org.borealis.benchmarks.peer;

import java.util.function.Supplier;
import java.util.stream.Stream;
import org.borealis.benchmarks.PlainCalls;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.PrefixStore;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.TCPStore;
import org.bytedeco.pytorch.TCPStoreOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;

/** c10d's collectives over Gloo, as a libtorch user calls them. */
public final class PlainGloo implements PlainCalls {
    private static final long TIMEOUT_MILLIS = 60_000;

    private final int size;
    private final ProcessGroupGloo processes;

    /**
     * Meets the others.
     *
     * @param address of rank 0
     * @param listening called when rank 0 listens there
     */
    public PlainGloo(String address, int rank, int size, Runnable listening) {
        this.size = size;
        int colon = address.lastIndexOf(':');
        try (var options = new TCPStoreOptions();
                var timeout = new Milliseconds(TIMEOUT_MILLIS)) {
            options.port((short) Integer.parseInt(address.substring(colon + 1)))
                    .isServer(rank == 0)
                    .waitWorkers(false)
                    .timeout(timeout);
            var store = new TCPStore(address.substring(0, colon), options);
            store.deallocate(false); // the table owns it, and the group the table
            if (rank == 0) {
                listening.run();
            }
            var table = new PrefixStore("plain", store);
            table.deallocate(false);
            try (var groupOptions = ProcessGroupGloo.Options.create_default(timeout)) {
                processes = new ProcessGroupGloo(table, rank, size, groupOptions);
            }
        }
    }

    @Override
    public Prepared prepare(String operation, long bytes) {
        var whole = torch.zeros(bytes / Float.BYTES);
        var other = torch.zeros(bytes / Float.BYTES);
        var part = torch.zeros(bytes / Float.BYTES / size);
        var vector = new TensorVector(whole);
        var equal = new LongVector();
        Supplier<Work> begin = switch (operation) {
            case "all-reduce" -> () -> processes.allreduce(vector);
            case "all-gather" -> () -> processes._allgather_base(whole, part);
            case "reduce-scatter" -> () -> processes._reduce_scatter_base(part, whole);
            case "all-to-all" -> () -> processes.alltoall_base(other, whole, equal, equal);
            default -> throw new IllegalArgumentException(operation);
        };
        return new Prepared() {
            @Override
            public void run() {
                try (var work = begin.get()) {
                    work._wait();
                }
            }

            @Override
            public void close() {
                Stream.of(vector, whole, other, part, equal).forEach(Pointer::close);
            }
        };
    }

    @Override
    public void close() {
        processes.close();
    }
}
