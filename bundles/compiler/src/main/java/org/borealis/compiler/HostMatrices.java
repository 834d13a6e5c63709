package org.borealis.compiler;

import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.borealis.tensor.composite.Factorisation;
import org.borealis.tensor.composite.Factorisation.Qr;
import org.borealis.tensor.composite.Factorisation.Svd;
import org.borealis.tensor.composite.Factorisation.SymmetricEigen;

/** Factorisations of row-major matrices, by Apache Commons Math, with one thread. */
final class HostMatrices {
    private HostMatrices() {}

    /** The outputs of an operation on a matrix of finite numbers. */
    static List<double[]> factors(Factorisation op, double[] matrix, int rows, int columns) {
        return switch (op) {
            case SymmetricEigen() -> symmetricEigen(matrix, rows);
            case Qr() -> qr(matrix, rows, columns);
            case Svd() -> svd(matrix, rows, columns);
        };
    }

    /**
     * Of A + norm(A), whose eigenvalues are between 0 and twice that: Commons Math gives up where neighbours on the diagonal are next to
     * nothing, as of a matrix of rank one. What is added and taken off again costs no more than any solver's errors, epsilon times norm.
     */
    private static List<double[]> symmetricEigen(double[] a, int size) {
        var symmetric = new Array2DRowRealMatrix(size, size);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j <= i; j++) {
                symmetric.setEntry(i, j, a[i * size + j]);
                symmetric.setEntry(j, i, a[i * size + j]);
            }
        }
        double norm = symmetric.getFrobeniusNorm();
        for (int i = 0; i < size; i++) {
            symmetric.addToEntry(i, i, norm);
        }
        var eigen = new EigenDecomposition(symmetric);
        var descending = eigen.getRealEigenvalues();
        var columns = eigen.getV();
        var values = new double[size];
        var vectors = new double[size * size];
        for (int k = 0; k < size; k++) {
            values[k] = descending[size - 1 - k] - norm;
            for (int i = 0; i < size; i++) {
                vectors[i * size + k] = columns.getEntry(i, size - 1 - k);
            }
        }
        return List.of(values, vectors);
    }

    private static List<double[]> svd(double[] a, int rows, int columns) {
        var matrix = new double[rows][];
        Arrays.setAll(matrix, i -> Arrays.copyOfRange(a, i * columns, (i + 1) * columns));
        var svd = new SingularValueDecomposition(new Array2DRowRealMatrix(matrix, false));
        return List.of(flat(svd.getU()), svd.getSingularValues(), flat(svd.getVT()));
    }

    private static double[] flat(RealMatrix matrix) {
        return Arrays.stream(matrix.getData()).flatMapToDouble(Arrays::stream).toArray();
    }

    /**
     * By Householder's reflections (Golub and Van Loan 2013, section 5.2.2), of whose product only K columns are made; Commons Math
     * makes all M.
     */
    private static List<double[]> qr(double[] a, int rows, int columns) {
        int least = Math.min(rows, columns);
        var r = a.clone();
        var reflections = new double[least][];
        for (int k = 0; k < least; k++) {
            reflections[k] = reflection(r, rows, columns, k);
            reflect(reflections[k], r, columns, k);
        }
        var q = new double[rows * least];
        for (int k = 0; k < least; k++) {
            q[k * least + k] = 1;
        }
        for (int k = least - 1; k >= 0; k--) {
            reflect(reflections[k], q, least, k);
        }
        var upper = new double[least * columns];
        for (int k = 0; k < least; k++) {
            double sign = r[k * columns + k] < 0 ? -1 : 1;
            for (int j = k; j < columns; j++) {
                upper[k * columns + j] = sign * r[k * columns + j];
            }
            for (int i = 0; i < rows; i++) {
                q[i * least + k] *= sign;
            }
        }
        return List.of(q, upper);
    }

    /** The unit vector v for which 1 - 2 v v' takes column k, from row k on, to a multiple of its first direction; zeros if it is 0. */
    private static double[] reflection(double[] matrix, int rows, int columns, int k) {
        var v = new double[rows - k];
        Arrays.setAll(v, i -> matrix[(k + i) * columns + k]);
        double norm = norm(v);
        if (norm > 0) {
            v[0] += Math.copySign(norm, v[0]);
            double length = norm(v);
            Arrays.setAll(v, i -> v[i] / length);
        }
        return v;
    }

    /** Scaled, so that no square overflows. */
    private static double norm(double[] v) {
        double greatest = Arrays.stream(v).map(Math::abs).max().orElse(0);
        return greatest == 0
                ? 0
                : greatest
                        * Math.sqrt(Arrays.stream(v)
                                .map(x -> x / greatest)
                                .map(x -> x * x)
                                .sum());
    }

    /** Applies 1 - 2 v v' to rows and columns from k on: before them nothing changes. */
    private static void reflect(double[] v, double[] matrix, int columns, int k) {
        for (int j = k; j < columns; j++) {
            double product = 0;
            for (int i = 0; i < v.length; i++) {
                product += v[i] * matrix[(k + i) * columns + j];
            }
            for (int i = 0; i < v.length; i++) {
                matrix[(k + i) * columns + j] -= 2 * product * v[i];
            }
        }
    }
}
