package org.borealis.backend.torch;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.borealis.device.DeviceException;
import org.borealis.tensor.DataType;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;

/**
 * An NVIDIA GPU. All is queued on its default stream, in order, and memory comes from libtorch's caching allocator, which knows that
 * order: what is given back may still be used by what has been queued.
 */
final class Cuda implements Place {
    private static final long STAGING_BYTES = 4 << 20;

    private final Device device;
    private final Runnable synchronize;
    private final LongSupplier freeBytes;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment staging = arena.allocate(STAGING_BYTES, 64);
    private long scratchAddress;
    private long scratchBytes;

    /** @param device of any kind that libtorch knows */
    Cuda(Device device, Runnable synchronize, LongSupplier freeBytes) {
        this.device = device;
        this.synchronize = synchronize;
        this.freeBytes = freeBytes;
    }

    /** @throws DeviceException if libtorch finds no such GPU */
    static Cuda open(int index) {
        GpuNatives.requireGpu(index, torch.cuda_is_available() ? torch.cuda_device_count() : 0);
        // As on the processor: sums in float32, and the same bits each time.
        var context = torch.globalContext();
        context.setAllowTF32CuBLAS(false);
        context.setAllowBF16ReductionCuBLAS(false);
        context.setAllowFP16ReductionCuBLAS(false);
        byte gpu = (byte) index;
        return new Cuda(new Device(DeviceType.CUDA, gpu), () -> torch.synchronizeDevice(gpu), () -> freeBytes(gpu));
    }

    private static long freeBytes(byte gpu) {
        try (var freeAndAll = torch.getMemoryInfo(gpu)) {
            return freeAndAll.first();
        }
    }

    @Override
    public String description() {
        return device.str().getString() + ", " + freeBytes.getAsLong() / (1 << 20) + " MB free";
    }

    @Override
    public MemorySegment take(long bytes, Arena owner) {
        try (var options = options(DataType.UINT8)) {
            var memory = torch.zeros(new long[] {Math.max(1, bytes)}, options);
            return MemorySegment.ofAddress(memory.data_ptr().address()).reinterpret(bytes, owner, _ -> memory.close());
        } catch (RuntimeException e) { // what JavaCPP makes of c10::OutOfMemoryError
            throw DeviceException.outOfMemory(TorchDevice.NAME, bytes, freeBytes.getAsLong());
        }
    }

    /** Kernels that were bound before keep the smaller memory that they got, so it is doubled rather than fitted. */
    @Override
    public long scratch(long bytes) {
        if (bytes > scratchBytes) {
            long wanted = Math.max(bytes, 2 * scratchBytes);
            scratchAddress = take(wanted, arena).address();
            scratchBytes = wanted;
        }
        return scratchAddress;
    }

    @Override
    public Tensor tensor(View view) {
        try (var options = options(view.type());
                var address = new Natives.Address(view.address())) {
            return torch.from_blob(address, view.sizes(), view.strides(), options);
        }
    }

    private TensorOptions options(DataType type) {
        try (var onHost = new TensorOptions(Types.scalar(type));
                var here = new DeviceOptional(device)) {
            return onHost.device(here);
        }
    }

    @Override
    public void write(long address, MemorySegment source) {
        for (long done = 0; done < source.byteSize(); done += STAGING_BYTES) {
            long bytes = Math.min(STAGING_BYTES, source.byteSize() - done);
            staging.asSlice(0, bytes).copyFrom(source.asSlice(done, bytes));
            try (var to = tensor(View.dense(address + done, DataType.UINT8, bytes));
                    var from = staged(bytes)) {
                to.copy_(from);
            }
        }
    }

    @Override
    public void read(long address, MemorySegment target) {
        for (long done = 0; done < target.byteSize(); done += STAGING_BYTES) {
            long bytes = Math.min(STAGING_BYTES, target.byteSize() - done);
            try (var to = staged(bytes);
                    var from = tensor(View.dense(address + done, DataType.UINT8, bytes))) {
                to.copy_(from);
            }
            target.asSlice(done, bytes).copyFrom(staging.asSlice(0, bytes));
        }
    }

    private Tensor staged(long bytes) {
        try (var options = new TensorOptions(Types.scalar(DataType.UINT8));
                var address = new Natives.Address(staging.address())) {
            return torch.from_blob(address, new long[] {bytes}, options);
        }
    }

    @Override
    public void finish() {
        try {
            synchronize.run();
        } catch (RuntimeException e) {
            throw new DeviceException(
                    "torch", "what was queued on " + device.str().getString() + " failed: " + e.getMessage(), e);
        }
    }

    @Override
    public OptionalLong memoryBytes() {
        return OptionalLong.of(freeBytes.getAsLong());
    }

    @Override
    public DataType matrixType(DataType type) {
        return type;
    }

    @Override
    public void close() {
        finish();
        arena.close();
        device.close();
    }
}
