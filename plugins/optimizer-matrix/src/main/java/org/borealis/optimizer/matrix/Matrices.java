package org.borealis.optimizer.matrix;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.borealis.model.Parameter;
import org.borealis.parallel.LogicalDim;

/**
 * Which parameters are updated as matrices. The others, vectors and what is left out, get Adam.
 *
 * @param left patterns of names that are left out
 * @param tables whether matrices count whose rows belong to tokens or positions
 */
record Matrices(List<Pattern> left, boolean tables) {

    /** @param globs names, in which a star stands for anything */
    static Matrices of(String[] globs, boolean tables) {
        return new Matrices(Arrays.stream(globs).map(Matrices::pattern).toList(), tables);
    }

    private static Pattern pattern(String glob) {
        return Pattern.compile(
                Arrays.stream(glob.split("\\*", -1)).map(Pattern::quote).collect(Collectors.joining(".*")));
    }

    boolean have(Parameter parameter) {
        return parameter.shape().rank() >= 2
                && (tables || !isTable(parameter))
                && left.stream()
                        .noneMatch(each -> each.matcher(parameter.name()).matches());
    }

    /** As {@link #have}, but for stacks of several matrices. */
    boolean haveOne(Parameter parameter) {
        return parameter.shape().rank() == 2 && have(parameter);
    }

    private static boolean isTable(Parameter parameter) {
        return parameter.dims().stream()
                .anyMatch(dim -> dim.name().equals(LogicalDim.VOCABULARY.name())
                        || dim.name().equals(LogicalDim.POSITIONS.name()));
    }
}
