package org.borealis.testkit.backend;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Factorisation;
import org.borealis.tensor.composite.Factorisation.Qr;
import org.borealis.tensor.composite.Factorisation.Svd;
import org.borealis.tensor.composite.Factorisation.SymmetricEigen;
import org.borealis.tensor.composite.InverseRoot;
import org.borealis.testkit.HostTensor;
import org.borealis.testkit.Samples;

/**
 * Factorisations of matrices large and small, wide and tall, without full rank, and of zeros. There is more than one right answer, so
 * answers are judged by what they have to be: product, orthonormal vectors, order.
 */
final class FactorisationCases {
    /** In epsilons of the type, times the greater size, times the Frobenius norm: as LAPACK's own tests (LAPACK Working Note 41). */
    private static final double ALLOWED = 30;

    /** Cases have one, and these are judged otherwise. */
    private static final Bound BOUND = new Bound.Exact();

    /** Added to eigenvalues before roots. */
    private static final double EPSILON = 0.5;

    private static final List<List<Integer>> SIZES = List.of(
            List.of(1, 1),
            List.of(3, 3),
            List.of(1, 5),
            List.of(5, 1),
            List.of(33, 7),
            List.of(7, 33),
            List.of(65, 65));

    private FactorisationCases() {}

    /** Whether an operation is judged here, and not by comparison. */
    static boolean judges(Op op) {
        return op instanceof Factorisation || op instanceof InverseRoot;
    }

    static Stream<OpCase> of(DataType type) {
        return type == DataType.FLOAT32 || type == DataType.FLOAT64
                ? Stream.concat(
                        squares(type).flatMap(FactorisationCases::symmetric),
                        SIZES.stream().flatMap(size -> general(TensorType.of(type, size.get(0), size.get(1)))))
                : Stream.empty();
    }

    private static Stream<TensorType> squares(DataType type) {
        return Stream.of(1, 2, 3, 100).map(size -> TensorType.of(type, size, size));
    }

    private static Stream<OpCase> symmetric(TensorType type) {
        int size = type.shape().dim(0);
        var low = Dense.of(Samples.of(type.type(), 2, size, (size + 1) / 2));
        var semidefinite = tensor(type, low.times(low.transposed()));
        var matrices = Stream.of(
                tensor(type, Dense.of(Samples.of(type, 1)).symmetric()),
                semidefinite,
                tensor(type, Dense.fill(size, size, (i, j) -> low.at(i, 0) * low.at(j, 0))), // of rank one
                HostTensor.of(type, 0),
                tensor(type, Dense.one(size)), // one eigenvalue, many times
                tensor(type, Dense.fill(size, size, (i, j) -> i == j ? Math.pow(0.1, i) : 0)));
        return Stream.concat(
                matrices.map(matrix -> OpCase.of(new SymmetricEigen(), BOUND, matrix)),
                Stream.of(1, 2, 4).map(root -> OpCase.of(new InverseRoot(root, EPSILON), BOUND, semidefinite)));
    }

    private static Stream<OpCase> general(TensorType type) {
        int rows = type.shape().dim(0);
        int columns = type.shape().dim(1);
        var ofRankOne = Dense.fill(rows, columns, (i, j) -> (1 + i) * (0.5 - j));
        return Stream.<Composite>of(new Qr(), new Svd())
                .flatMap(op -> Stream.of(Samples.of(type, 1), tensor(type, ofRankOne), HostTensor.of(type, 0))
                        .map(matrix -> OpCase.of(op, BOUND, matrix)));
    }

    private static HostTensor tensor(TensorType type, Dense values) {
        return HostTensor.fill(type, i -> values.at(i / values.width(), i % values.width()));
    }

    /** Tries cases; also with other numbers in the same kernel, but where these have to be semidefinite. */
    static void measure(BackendKit kit, Check check, List<OpCase> cases) {
        var runner = new CaseRunner(kit.device(), FactorisationCases::judge);
        for (var test : cases) {
            check.tried(test.toString(), () -> runner.measure(test, test.op() instanceof Factorisation));
        }
    }

    /** What the outputs of a case are off by. */
    private static Function<List<HostTensor>, Measure> judge(OpCase test) {
        var type = test.types().get(0);
        double unit = Precision.of(type.type()).epsilon()
                * Math.max(type.shape().dim(0), type.shape().dim(1));
        var matrix = Dense.of(test.inputs().get(0));
        return got -> switch (test.op()) {
            case SymmetricEigen() -> eigen(matrix.symmetric(), unit, got.get(0), Dense.of(got.get(1)));
            case Qr() -> qr(matrix, unit, Dense.of(got.get(0)), Dense.of(got.get(1)));
            case Svd() -> svd(matrix, unit, Dense.of(got.get(0)), got.get(1), Dense.of(got.get(2)));
            case InverseRoot(double root, double epsilon) ->
                inverseRoot(matrix.symmetric(), unit, (int) root, epsilon, Dense.of(got.get(0)));
            default -> throw new IllegalArgumentException(test.toString());
        };
    }

    private static Measure eigen(Dense matrix, double unit, HostTensor values, Dense vectors) {
        requireOrder(values, "eigenvalues don't ascend", (before, next) -> before <= next);
        return orthonormal("eigenvectors", unit, vectors)
                .worse(product(
                        "V diag(w) V'", unit, vectors.columnsTimes(values).times(vectors.transposed()), matrix));
    }

    private static Measure qr(Dense matrix, double unit, Dense q, Dense r) {
        for (int i = 0; i < r.height(); i++) {
            for (int j = 0; j < i; j++) {
                Complaint.unless(r.at(i, j) == 0, "R[" + i + ", " + j + "], below the diagonal, is " + r.at(i, j));
            }
            Complaint.unless(r.at(i, i) >= 0, "R[" + i + ", " + i + "], on the diagonal, is " + r.at(i, i));
        }
        return orthonormal("columns of Q", unit, q).worse(product("Q R", unit, q.times(r), matrix));
    }

    private static Measure svd(Dense matrix, double unit, Dense u, HostTensor values, Dense v) {
        requireOrder(values, "singular values don't descend", (before, next) -> before >= next);
        Complaint.unless(values.get(values.count() - 1) >= 0, "a singular value is negative: " + values);
        return orthonormal("columns of U", unit, u)
                .worse(orthonormal("rows of V'", unit, v.transposed()))
                .worse(product("U diag(s) V'", unit, u.columnsTimes(values).times(v), matrix));
    }

    private static Measure inverseRoot(Dense matrix, double unit, int root, double epsilon, Dense x) {
        var one = Dense.one(matrix.height());
        var product = matrix.plus(epsilon, one);
        for (int i = 0; i < root; i++) {
            product = product.times(x);
        }
        double condition = 1 + matrix.norm() / epsilon;
        return product("the root's power times the matrix", unit * condition, product, one);
    }

    private static Measure orthonormal(String what, double unit, Dense columns) {
        return product(
                what + " times each other", unit, columns.transposed().times(columns), Dense.one(columns.width()));
    }

    private static Measure product(String what, double unit, Dense got, Dense want) {
        double off = got.plus(-1, want).norm();
        double error = off == 0 ? 0 : off / (unit * want.norm());
        return Measure.of(
                error,
                ALLOWED,
                "eps*n*|A|",
                what + " is off by " + error + " eps*n*|A| where " + ALLOWED + " is allowed");
    }

    private interface Order {
        boolean holds(double before, double next);
    }

    private static void requireOrder(HostTensor values, String complaint, Order order) {
        for (int i = 1; i < values.count(); i++) {
            Complaint.unless(
                    order.holds(values.get(i - 1), values.get(i)),
                    complaint + ": number " + i + " is " + values.get(i) + " behind " + values.get(i - 1));
        }
    }
}
