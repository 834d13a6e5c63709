package org.borealis.model;

import java.util.List;
import java.util.stream.Stream;
import org.borealis.tensor.ShapeException;
import org.osgi.annotation.versioning.ProviderType;

/**
 * Which rows of parameters make the queries and keys of an attention. Queries and keys are linear in these rows: of a head whose rows are
 * doubled, biases included, they double, and so do its scores.
 *
 * @param heads of queries
 * @param keyHeads of keys; fewer than {@code heads} if several heads share one, h / (heads / keyHeads) being that of head h
 * @param queries rows in the order of the heads, equally many for each
 * @param keys likewise
 */
@ProviderType
public record AttentionHeads(int heads, int keyHeads, List<Rows> queries, List<Rows> keys) {

    /** @throws ShapeException if rows or heads can't be shared out evenly */
    public AttentionHeads {
        queries = List.copyOf(queries);
        keys = List.copyOf(keys);
        if (heads < 1 || keyHeads < 1 || heads % keyHeads != 0) {
            throw new ShapeException(keyHeads + " heads of keys can't serve " + heads + " of queries evenly");
        }
        queries.forEach(rows -> rows.requireSharedBy(heads));
        keys.forEach(rows -> rows.requireSharedBy(keyHeads));
    }

    /**
     * Some of the first dim of a parameter.
     *
     * @param first row
     * @param count of rows
     */
    public record Rows(Parameter parameter, int first, int count) {

        /** @throws ShapeException if the parameter has not that many */
        public Rows {
            if (first < 0 || count < 1 || first + count > parameter.shape().dim(0)) {
                throw new ShapeException(
                        "no " + count + " rows from " + first + " on in " + parameter.name() + " " + parameter.shape());
            }
        }

        /** The same rows of several parameters, as of a weight and its bias. */
        public static List<Rows> of(Stream<Parameter> parameters, int first, int count) {
            return parameters.map(each -> new Rows(each, first, count)).toList();
        }

        private void requireSharedBy(int heads) {
            if (count % heads != 0) {
                throw new ShapeException(count + " rows of " + parameter.name() + " " + parameter.shape()
                        + " are not equally many for each of " + heads + " heads");
            }
        }
    }
}
