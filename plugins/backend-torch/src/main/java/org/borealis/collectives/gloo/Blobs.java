package org.borealis.collectives.gloo;

import java.lang.foreign.MemorySegment;
import org.borealis.backend.torch.Natives;
import org.borealis.backend.torch.Types;
import org.borealis.parallel.CommunicationException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/** Memory as libtorch sees it, where it is. */
final class Blobs {
    private Blobs() {}

    /** A vector over the whole segment. */
    static Tensor of(MemorySegment memory, DataType type) {
        if (!memory.isNative()) {
            throw new CommunicationException("memory", "Gloo takes native memory; got " + memory);
        }
        try (var options = new TensorOptions(Types.scalar(type));
                var address = new Natives.Address(memory.address())) {
            return torch.from_blob(address, new long[] {memory.byteSize() / type.bytes()}, options);
        }
    }

    /** Joins two element by element; {@code target} may be one of them. */
    static void join(MemorySegment left, MemorySegment right, MemorySegment target, DataType type, Fold fold) {
        try (var a = of(left, type);
                var b = of(right, type);
                var joined = of(target, type);
                var unused = fold == Fold.SUM ? torch.add_out(joined, a, b) : torch.maximum_out(joined, a, b)) {}
    }
}
