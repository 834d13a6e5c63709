package org.borealis.backend.torch;

import java.util.List;
import org.borealis.tensor.composite.Factorisation;
import org.borealis.tensor.composite.Factorisation.Qr;
import org.borealis.tensor.composite.Factorisation.Svd;
import org.borealis.tensor.composite.Factorisation.SymmetricEigen;

/** Factorisations by LAPACK, which takes memory of its own in each run. */
final class Factorisations {
    private Factorisations() {}

    static void bind(Binding binding, Factorisation op, View in, List<View> out) {
        switch (op) {
            case SymmetricEigen() ->
                binding.call("linalg_eigh", "eigvals")
                        .tensor(binding.tensor(in))
                        .text("L")
                        .tensor(binding.tensor(out.get(0)))
                        .tensor(binding.tensor(out.get(1)));
            case Qr() -> qr(binding, in, out.get(0), out.get(1));
            case Svd() ->
                binding.call("linalg_svd", "U")
                        .tensor(binding.tensor(in))
                        .flag(false) // of U and V' only what is multiplied by singular values
                        .none()
                        .tensor(binding.tensor(out.get(0)))
                        .tensor(binding.tensor(out.get(1)))
                        .tensor(binding.tensor(out.get(2)));
        }
    }

    /** LAPACK leaves the signs of R's diagonal open; here none is negative. */
    private static void qr(Binding binding, View in, View q, View r) {
        long least = q.size(1);
        var columns = binding.tensor(q);
        var rows = binding.tensor(r);
        binding.call("linalg_qr", "out")
                .tensor(binding.tensor(in))
                .text("reduced")
                .tensor(columns)
                .tensor(rows);
        var diagonal = new View(r.address(), r.type(), new long[] {least}, new long[] {r.size(1) + 1});
        var ones = binding.own(r.type(), 1);
        var signs = binding.scratch(r.type(), least);
        binding.tensor(ones).fill_(binding.scalar(1.0));
        binding.call("copysign", "out")
                .tensor(binding.tensor(ones.expand(least)))
                .tensor(binding.tensor(diagonal))
                .tensor(binding.tensor(signs));
        var ofColumns = binding.tensor(signs.reshape(1, least));
        var ofRows = binding.tensor(signs.reshape(least, 1));
        binding.step(() -> {
            columns.mul_(ofColumns);
            rows.mul_(ofRows);
        });
    }
}
