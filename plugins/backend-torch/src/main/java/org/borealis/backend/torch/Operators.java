package org.borealis.backend.torch;

import java.util.HashMap;
import java.util.Map;
import org.bytedeco.pytorch.Argument;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.OperatorHandle;

/** Operators of libtorch that a device has looked up. JavaCPP leaks a little with each look at a schema, so there is one for each. */
final class Operators {
    private final Map<String, Operator> operators = new HashMap<>();

    /** @param arguments as the schema describes them, one behind the other */
    record Operator(String name, OperatorHandle handle, Argument arguments) {
        long argumentCount() {
            return arguments.limit();
        }
    }

    Operator get(String name, String overload) {
        return operators.computeIfAbsent(name + "." + overload, label -> {
            var handle = Dispatcher.singleton().findSchemaOrThrow("aten::" + name, overload);
            return new Operator(label, handle, handle.schema().arguments());
        });
    }
}
