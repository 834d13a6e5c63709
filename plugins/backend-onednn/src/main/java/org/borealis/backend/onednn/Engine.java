package org.borealis.backend.onednn;

import org.borealis.device.DeviceException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.bytedeco.dnnl.IntMemoryMap;
import org.bytedeco.dnnl.engine;
import org.bytedeco.dnnl.global.dnnl;
import org.bytedeco.dnnl.memory;
import org.bytedeco.dnnl.primitive;
import org.bytedeco.dnnl.primitive_attr;
import org.bytedeco.dnnl.primitive_desc;
import org.bytedeco.dnnl.stream;
import org.bytedeco.javacpp.Pointer;

/** oneDNN's view of the processor. A stream on it runs what it is given at once, on the thread that gives it. */
final class Engine implements AutoCloseable {
    private final engine processor = new engine(engine.kind.cpu, 0);
    private final stream stream = new stream(processor);

    static String version() {
        try (var version = dnnl.dnnl_version()) {
            return version.major() + "." + version.minor() + "." + version.patch();
        }
    }

    engine processor() {
        return processor;
    }

    /** A tensor of this type with these distances between elements, in elements. */
    static memory.desc description(DataType type, long[] sizes, long[] strides) {
        return new memory.desc(sizes, type(type), strides);
    }

    /** A dense tensor. */
    static memory.desc description(TensorType type) {
        int rank = type.shape().rank();
        long[] sizes = new long[rank];
        long[] strides = new long[rank];
        for (int d = 0; d < rank; d++) {
            sizes[d] = type.shape().dim(d);
            strides[d] = type.shape().stride(d);
        }
        return description(type.type(), sizes, strides);
    }

    static memory.data_type type(DataType type) {
        return switch (type) {
            case FLOAT64 -> memory.data_type.f64;
            case FLOAT32 -> memory.data_type.f32;
            case BFLOAT16 -> memory.data_type.bf16;
            case FLOAT16 -> memory.data_type.f16;
            case INT64 -> memory.data_type.s64;
            case INT32 -> memory.data_type.s32;
            case UINT8, BOOL -> memory.data_type.u8;
        };
    }

    /** Asks for scratch memory of the caller's: oneDNN's own belongs to the thread that makes a primitive. */
    static primitive_attr attributes() {
        var attributes = new primitive_attr();
        attributes.set_scratchpad_mode(dnnl.scratchpad_mode.user);
        return attributes;
    }

    /** A primitive with its tensors, by oneDNN's numbers for arguments; run on any thread, by one at a time. */
    final class Call {
        private final Binding binding;
        private final primitive primitive;
        private final IntMemoryMap arguments;

        /** @param ways how the primitive is to be done; not needed afterwards */
        Call(Binding binding, primitive_desc ways) {
            this.binding = binding;
            primitive = binding.hold(new primitive(ways));
            arguments = binding.hold(new IntMemoryMap());
            try (var scratchpad = ways.scratchpad_desc()) {
                if (scratchpad.get_size() > 0) {
                    with(dnnl.DNNL_ARG_SCRATCHPAD, scratchpad, binding.scratch(scratchpad.get_size()));
                }
            }
        }

        Call with(int argument, memory.desc description, long address) {
            var place = new Place().at(address);
            arguments.put(argument, binding.hold(new memory(description, processor, (Pointer) place)));
            return this;
        }

        void run() {
            try {
                primitive.execute(stream, arguments);
            } catch (RuntimeException e) { // what JavaCPP makes of a C++ exception
                throw failed(binding.label(), e);
            }
        }
    }

    static DeviceException failed(String label, RuntimeException e) {
        return new DeviceException("onednn", label + " failed in oneDNN: " + e.getMessage(), e);
    }

    @Override
    public void close() {
        stream.close();
        processor.close();
    }
}
