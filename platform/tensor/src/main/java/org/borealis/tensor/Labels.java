package org.borealis.tensor;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Names of operations for people, made from their records. */
final class Labels {
    private Labels() {}

    static String of(Op op) {
        var components = op.getClass().getRecordComponents();
        String name = name(op.getClass());
        if (components == null || components.length == 0) {
            return name;
        }
        return name + Arrays.stream(components).map(c -> value(op, c)).collect(Collectors.joining(", ", "(", ")"));
    }

    /** The gradient of a composite stands inside it, and is named with it: {@code LayerNorm.Gradient}. */
    private static String name(Class<?> type) {
        var outer = type.getEnclosingClass();
        return outer != null && Composite.class.isAssignableFrom(outer)
                ? outer.getSimpleName() + "." + type.getSimpleName()
                : type.getSimpleName();
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
