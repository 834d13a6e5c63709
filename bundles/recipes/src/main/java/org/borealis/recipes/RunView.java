package org.borealis.recipes;

import java.lang.reflect.Array;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import org.borealis.recipe.RunSettings;

/** Lets the settings of a run be read by the methods of {@link RunSettings}. */
record RunView(Map<String, Object> settings) implements InvocationHandler {

    static RunSettings of(Map<String, Object> settings) {
        return (RunSettings) Proxy.newProxyInstance(
                RunSettings.class.getClassLoader(), new Class<?>[] {RunSettings.class}, new RunView(settings));
    }

    @Override
    public Object invoke(Object proxy, Method method, Object @org.jspecify.annotations.Nullable [] arguments) {
        return switch (method.getName()) {
            case "annotationType" -> RunSettings.class;
            case "toString" -> settings.toString();
            case "hashCode" -> System.identityHashCode(proxy);
            case "equals" -> arguments != null && proxy == arguments[0];
            default -> setting(method);
        };
    }

    private Object setting(Method method) {
        Object value = settings.get(method.getName().replace('_', '.'));
        if (value == null) {
            return method.getDefaultValue();
        }
        return value instanceof List<?> list
                ? array(list, method.getReturnType().getComponentType())
                : value;
    }

    private static Object array(List<?> list, Class<?> type) {
        Object array = Array.newInstance(type, list.size());
        for (int i = 0; i < list.size(); i++) {
            Array.set(array, i, list.get(i));
        }
        return array;
    }
}
