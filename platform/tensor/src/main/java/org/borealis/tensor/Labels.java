package org.borealis.tensor;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Names of operations for people, made from their records. */
final class Labels {
    private Labels() {}

    static String of(Op op) {
        var components = op.getClass().getRecordComponents();
        String name = op.getClass().getSimpleName();
        if (components == null || components.length == 0) {
            return name;
        }
        return name + Arrays.stream(components).map(c -> value(op, c)).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String value(Op op, RecordComponent component) {
        try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            return String.valueOf(accessor.invoke(op));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("record component " + component, e);
        }
    }
}
