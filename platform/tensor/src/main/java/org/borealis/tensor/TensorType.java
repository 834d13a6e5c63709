package org.borealis.tensor;

import org.osgi.annotation.versioning.ProviderType;

/** What is known of a tensor before it has values: element type and shape. */
@ProviderType
public record TensorType(DataType type, Shape shape) {

    /** A type with these sizes. */
    public static TensorType of(DataType type, int... sizes) {
        return new TensorType(type, Shape.of(sizes));
    }

    /**
     * Memory that a dense tensor of this type takes.
     *
     * @throws ShapeException if that is 2^63 or more
     */
    public long bytes() {
        long elements = shape.elements();
        if (elements > Long.MAX_VALUE / type.bytes()) {
            throw new ShapeException(this + " takes 2^63 bytes or more: more than can be counted");
        }
        return elements * type.bytes();
    }

    /** The same elements, stored as another type. */
    public TensorType as(DataType other) {
        return new TensorType(other, shape);
    }

    /** The same element type in another shape. */
    public TensorType in(Shape other) {
        return new TensorType(type, other);
    }

    @Override
    public String toString() {
        return type.label() + shape;
    }
}
