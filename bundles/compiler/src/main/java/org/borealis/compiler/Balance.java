package org.borealis.compiler;

import java.util.Arrays;

/** Shares a row of costs out over parts that follow each other. */
final class Balance {
    private Balance() {}

    /**
     * The part of each cost. The largest sum of a part is as small as can be, and among such ways the sum of their squares is.
     *
     * @param parts at most as many as there are costs; none is empty
     */
    static int[] of(double[] costs, int parts) {
        double most = ends(costs, parts, Double.POSITIVE_INFINITY, Math::max).value();
        return ends(costs, parts, most, (rest, sum) -> rest + sum * sum).parts();
    }

    private interface Join {
        double join(double rest, double sum);
    }

    private record Best(double value, int[] parts) {}

    /** The best way in which no part costs more than {@code limit}: by how many costs are shared out, over how many parts. */
    private static Best ends(double[] costs, int parts, double limit, Join join) {
        int count = costs.length;
        var best = new double[parts + 1][count + 1];
        var begin = new int[parts + 1][count + 1];
        for (var row : best) {
            Arrays.fill(row, Double.POSITIVE_INFINITY);
        }
        best[0][0] = 0;
        for (int part = 1; part <= parts; part++) {
            for (int end = part; end <= count; end++) {
                double sum = 0;
                for (int from = end - 1; from >= part - 1; from--) {
                    sum += costs[from];
                    double value = join.join(best[part - 1][from], sum);
                    if (sum <= limit && value < best[part][end]) {
                        best[part][end] = value;
                        begin[part][end] = from;
                    }
                }
            }
        }
        var assigned = new int[count];
        int end = count;
        for (int part = parts; part > 0; part--) {
            Arrays.fill(assigned, begin[part][end], end, part - 1);
            end = begin[part][end];
        }
        return new Best(best[parts][count], assigned);
    }
}
