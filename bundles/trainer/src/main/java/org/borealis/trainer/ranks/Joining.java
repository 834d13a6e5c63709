package org.borealis.trainer.ranks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.cluster.Membership;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.ParallelStrategy;
import org.borealis.parallel.Spread;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Plugins;
import org.borealis.recipe.Plugins.Choice;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.RunSettings;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;

/** Finds out how a recipe spreads its run, and meets the other ranks. */
public final class Joining implements AutoCloseable {
    private static final String DEFAULT_COLLECTIVES = "gloo";
    private static final String DEFAULT_SCHEDULE = "1f1b";

    private final Plugins plugins;
    private Optional<Pipeline> pipeline = Optional.empty();
    private final List<Choice<?>> open = new ArrayList<>();

    public Joining(Plugins plugins) {
        this.plugins = plugins;
    }

    /**
     * The ranks that make the run.
     *
     * @param membership what the cluster says of this process, if it is part of a job
     * @throws BorealisException if recipe and job contradict each other
     */
    public Ranks join(Recipe recipe, RunSettings settings, Optional<Membership> membership) {
        var spread = spread(settings);
        int started = membership.map(Membership::size).orElse(1);
        if (spread.mesh().size() != started) {
            throw new BorealisException("mesh", mismatch(spread.mesh(), started));
        }
        if (started == 1) {
            return Ranks.ALONE;
        }
        var member = membership.orElseThrow();
        var section = Optional.ofNullable(recipe.sections().get(Contract.COLLECTIVES.section()))
                .orElseGet(() -> new Section(DEFAULT_COLLECTIVES, Map.of()));
        var collectives = opened(Contract.COLLECTIVES, section);
        return Ranks.of(
                spread,
                pipeline,
                collectives.join(new Rendezvous(
                        member.address(), member.rank(), member.size(), Duration.ofSeconds(settings.timeout()))));
    }

    private static String mismatch(Mesh mesh, int started) {
        String wanted = "the mesh '" + mesh + "' is for " + mesh.size() + " ranks";
        if (started == 1) {
            return wanted + ", and this process was started alone; start them all with: borealis launch RECIPE";
        }
        return (mesh.axes().isEmpty() ? "the recipe has no mesh" : wanted) + ", and " + started
                + " ranks were started; give a mesh of that many, such as --set mesh=data=" + started;
    }

    /** The first of the ranks that would make the run; nobody is met. */
    public Ranks plan(RunSettings settings) {
        return Ranks.planned(spread(settings), pipeline);
    }

    /**
     * How the recipe spreads its run, whoever takes part.
     *
     * @throws BorealisException if an axis is unknown, or a setting is of none
     */
    private Spread spread(RunSettings settings) {
        var mesh = Mesh.parse(settings.mesh());
        var perAxis = new LinkedHashMap<String, Map<String, Object>>();
        mesh.axes().forEach(axis -> perAxis.put(axis.name(), new LinkedHashMap<>()));
        for (var setting : settings.parallel()) {
            put(setting, perAxis, mesh);
        }
        var strategies = new LinkedHashMap<String, ParallelStrategy>();
        perAxis.forEach((axis, values) -> {
            if (axis.equals(Pipeline.AXIS)) {
                pipeline = Optional.of(pipeline(values)).filter(_ -> mesh.ranks(axis) > 1);
            } else {
                strategies.put(axis, opened(Contract.STRATEGY, new Section(axis, values)));
            }
        });
        return new Spread(mesh, strategies, settings.reduction().equals("exact"));
    }

    private Pipeline pipeline(Map<String, Object> values) {
        var settings = new LinkedHashMap<>(values);
        var schedule = String.valueOf(settings.getOrDefault("schedule", DEFAULT_SCHEDULE));
        settings.remove("schedule");
        var chunks = settings.getOrDefault("chunks", 1L);
        settings.remove("chunks");
        if (!settings.isEmpty() || !(chunks instanceof Long number) || number < 1 || number > Integer.MAX_VALUE) {
            throw new BorealisException(
                    "mesh",
                    "parallel: axis pipeline takes pipeline.schedule=NAME and pipeline.chunks=NUMBER, 1 or more; got "
                            + values);
        }
        return new Pipeline(opened(Contract.PIPELINE, new Section(schedule, Map.of())), number.intValue());
    }

    private static void put(String setting, Map<String, Map<String, Object>> perAxis, Mesh mesh) {
        int dot = setting.indexOf('.');
        int equals = setting.indexOf('=');
        if (dot < 1 || equals < dot + 2) {
            throw new BorealisException(
                    "mesh", "parallel: wanted AXIS.SETTING=VALUE, such as data.zero=3; got '" + setting + "'");
        }
        var values = perAxis.get(setting.substring(0, dot));
        if (values == null) {
            throw new BorealisException(
                    "mesh",
                    "parallel: '" + setting + "' is for an axis that the mesh '" + mesh + "' does not have; its axes: "
                            + mesh.axes().stream().map(Mesh.Axis::name).toList());
        }
        values.put(setting.substring(dot + 1, equals), value(setting.substring(equals + 1)));
    }

    /** As YAML would read it. */
    private static Object value(String word) {
        if (word.matches("-?[0-9]{1,18}")) {
            return Long.valueOf(word);
        }
        if (word.matches("-?[0-9]+[.eE][0-9eE.+-]*")) {
            return Double.valueOf(word);
        }
        return word.equals("true") || word.equals("false") ? Boolean.valueOf(word) : word;
    }

    private <T> T opened(Contract<T> contract, Section section) {
        var choice = plugins.open(contract, section, Duration.ZERO);
        open.add(choice);
        return choice.service();
    }

    @Override
    public void close() {
        open.forEach(Choice::close);
    }
}
