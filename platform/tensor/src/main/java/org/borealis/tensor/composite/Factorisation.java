package org.borealis.tensor.composite;

import java.util.List;
import java.util.Optional;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A matrix as a product of simpler ones: the composites that no primitives make up. A device may claim them; where it does not, the
 * compiler has them computed on the host, in float64.
 *
 * <p>The input is one matrix, FLOAT64 or FLOAT32, and outputs have its type. Ranks of a mesh that have parts of it gather them first. A
 * number that is not finite is refused when the kernel runs, or makes numbers that are not finite. There is no gradient.
 */
@ProviderType
public sealed interface Factorisation extends Composite {

    /**
     * A symmetric matrix A [N, N] as V diag(w) V', of which the lower triangle is read. Outputs eigenvalues w [N], ascending, and V
     * [N, N], whose columns are their orthonormal eigenvectors; which of two opposite ones is open.
     */
    record SymmetricEigen() implements Factorisation {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            var matrix = Factorisation.matrix(this, in);
            if (matrix.shape().dim(0) != matrix.shape().dim(1)) {
                throw new ShapeException(label() + " takes a square matrix; got " + matrix);
            }
            return List.of(matrix.in(Shape.of(matrix.shape().dim(0))), matrix);
        }
    }

    /**
     * A matrix A [M, N] as Q R, where K is the lesser of M and N. Outputs Q [M, K], whose columns are orthonormal, and R [K, N], which
     * has zeros below its diagonal and nothing negative on it: of a matrix of full rank there is one such product.
     */
    record Qr() implements Factorisation {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            var matrix = Factorisation.matrix(this, in);
            int least = Math.min(matrix.shape().dim(0), matrix.shape().dim(1));
            return List.of(
                    matrix.in(matrix.shape().with(1, least)),
                    matrix.in(matrix.shape().with(0, least)));
        }
    }

    /**
     * A matrix A [M, N] as U diag(s) V', where K is the lesser of M and N. Outputs U [M, K], whose columns are orthonormal, singular
     * values s [K], descending, and V' [K, N], whose rows are orthonormal; which of two opposite pairs of vectors is open.
     */
    record Svd() implements Factorisation {
        @Override
        public List<TensorType> infer(List<TensorType> in) {
            var matrix = Factorisation.matrix(this, in);
            int least = Math.min(matrix.shape().dim(0), matrix.shape().dim(1));
            return List.of(
                    matrix.in(matrix.shape().with(1, least)),
                    matrix.in(Shape.of(least)),
                    matrix.in(matrix.shape().with(0, least)));
        }
    }

    private static TensorType matrix(Factorisation op, List<TensorType> in) {
        boolean isMatrix = in.size() == 1
                && in.get(0).shape().rank() == 2
                && in.get(0).shape().elements() > 0
                && (in.get(0).type() == DataType.FLOAT32 || in.get(0).type() == DataType.FLOAT64);
        if (!isMatrix) {
            throw new ShapeException(op.label() + " takes one matrix of f32 or f64 that is not empty; got " + in);
        }
        return in.get(0);
    }

    /** @throws BorealisException always: it stands for nothing else */
    @Override
    default List<Tensor> decompose(List<Tensor> inputs) {
        throw new BorealisException(
                "factorisation",
                label() + " of "
                        + inputs.stream().map(Tensor::type).toList()
                        + " is not made of primitives, and this device does not claim it; run it through the compiler, or on the"
                        + " device that Compiler.complete gives (a test needs borealis-compiler on its class path)");
    }

    /** @throws BorealisException always: there is no rule for it */
    @Override
    default List<Tensor> pull(List<Tensor> inputs, List<Tensor> outputs, List<Optional<Tensor>> gradients) {
        throw new BorealisException(
                "no-gradient",
                label() + " of "
                        + inputs.stream().map(Tensor::type).toList()
                        + " has no gradient; keep it out of what the loss depends on");
    }
}
