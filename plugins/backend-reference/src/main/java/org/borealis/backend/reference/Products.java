package org.borealis.backend.reference;

import java.util.ArrayList;
import java.util.Collections;
import java.util.stream.IntStream;
import org.borealis.tensor.Shape;

/** Matrix products. Sums are kept in float64 for every type. */
final class Products {
    private Products() {}

    /** [.., M, K] x [.., K, N] to [.., M, N], for M rows, K inner and N columns. */
    static double[] of(double[] left, double[] right, int batches, int rows, int inner, int columns) {
        var product = new double[batches * rows * columns];
        for (int row = 0; row < batches * rows; row++) {
            int to = row * columns;
            for (int k = 0; k < inner; k++) {
                double factor = left[row * inner + k];
                int from = (row / rows * inner + k) * columns;
                for (int j = 0; j < columns; j++) { // both run along memory, so that HotSpot vectorises
                    product[to + j] += factor * right[from + j];
                }
            }
        }
        return product;
    }

    /** A matrix, or a batch of them, with its two innermost dims swapped. */
    static View transposed(Shape shape) {
        var order = new ArrayList<>(IntStream.range(0, shape.rank()).boxed().toList());
        Collections.swap(order, shape.rank() - 2, shape.rank() - 1);
        return View.transpose(shape, order);
    }
}
