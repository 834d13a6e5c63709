package org.borealis.testkit.backend;

import java.util.Arrays;
import org.borealis.testkit.HostTensor;

/** A small matrix in float64, to check others with. */
@SuppressWarnings("ArrayRecordComponent") // never compared, and never changed
record Dense(double[][] rows) {

    /** An element by row and column. */
    interface Element {
        double at(int row, int column);
    }

    static Dense fill(int rows, int columns, Element element) {
        var filled = new double[rows][columns];
        for (int i = 0; i < rows; i++) {
            for (int j = 0; j < columns; j++) {
                filled[i][j] = element.at(i, j);
            }
        }
        return new Dense(filled);
    }

    static Dense of(HostTensor matrix) {
        int columns = matrix.type().shape().dim(1);
        return fill(matrix.type().shape().dim(0), columns, (i, j) -> matrix.get(i * columns + j));
    }

    static Dense one(int size) {
        return fill(size, size, (i, j) -> i == j ? 1 : 0);
    }

    int height() {
        return rows.length;
    }

    int width() {
        return rows[0].length;
    }

    double at(int row, int column) {
        return rows[row][column];
    }

    Dense transposed() {
        return fill(width(), height(), (i, j) -> rows[j][i]);
    }

    /** What the lower triangle is half of. */
    Dense symmetric() {
        return fill(height(), width(), (i, j) -> rows[Math.max(i, j)][Math.min(i, j)]);
    }

    Dense plus(double factor, Dense other) {
        return fill(height(), width(), (i, j) -> rows[i][j] + factor * other.rows[i][j]);
    }

    /** Each column times a number of its own. */
    Dense columnsTimes(HostTensor factors) {
        return fill(height(), width(), (i, j) -> rows[i][j] * factors.get(j));
    }

    Dense times(Dense other) {
        return fill(height(), other.width(), (i, j) -> {
            double sum = 0;
            for (int k = 0; k < width(); k++) {
                sum += rows[i][k] * other.rows[k][j];
            }
            return sum;
        });
    }

    /** Frobenius norm. */
    double norm() {
        return Math.sqrt(Arrays.stream(rows)
                .flatMapToDouble(Arrays::stream)
                .map(x -> x * x)
                .sum());
    }
}
