package org.borealis.trainer.pipeline;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.borealis.device.Compiler;
import org.borealis.device.Slot;
import org.borealis.device.Stage;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.tensor.BorealisException;
import org.borealis.trainer.ranks.Pipeline;
import org.borealis.trainer.ranks.Ranks;
import org.borealis.trainer.step.Keeping;
import org.borealis.trainer.step.StepPlan;
import org.borealis.trainer.step.TrainState;

/**
 * A model in parts, and which of them are this rank's.
 *
 * @param stage this rank's place in the pipeline
 */
public record PipelineModel(ModelFamily family, List<Stage> parts, int stage, int stages) {
    /** Axis of the mesh along which ranks have layers. */
    public static final String AXIS = Pipeline.AXIS;

    public PipelineModel {
        parts = List.copyOf(parts);
    }

    /** @param chunks parts that each stage has */
    public static PipelineModel of(Compiler compiler, ModelFamily family, StepPlan plan, int chunks) {
        int stages = plan.ranks().mesh().ranks(AXIS);
        if (stages < 2) {
            throw new BorealisException(
                    "pipeline",
                    "a pipeline has 2 or more stages; the mesh '" + plan.ranks().mesh() + "' has no axis " + AXIS
                            + " of that many ranks");
        }
        var forward = plan.loss(compiler, family);
        return new PipelineModel(
                family,
                compiler.stages(forward, stages * chunks),
                plan.ranks().team().index(AXIS),
                stages);
    }

    /** Numbers of this rank's parts, by chunk. */
    List<Integer> own() {
        return IntStream.range(0, parts.size())
                .filter(part -> part % stages == stage)
                .boxed()
                .toList();
    }

    /** The stage that has a part. */
    int stageOf(int part) {
        return part % stages;
    }

    /** Parameters that a part uses. */
    List<Parameter> parameters(int part) {
        return family.parameters().stream()
                .filter(p -> parts.get(part).uses(TrainState.parameter(p)))
                .toList();
    }

    /** What each rank keeps of the state of a run. */
    public Keeping keeping(Ranks ranks) {
        var owners = new HashMap<Parameter, List<Integer>>();
        family.parameters().forEach(p -> owners.put(p, owners(p)));
        return new Keeping() {
            @Override
            public boolean isAt(int rank, Parameter parameter) {
                return owners.getOrDefault(parameter, List.of())
                        .contains(ranks.mesh().index(rank, AXIS));
            }

            @Override
            public MemorySegment shared(Parameter parameter, Optional<MemorySegment> own, long bytes, Arena arena) {
                var memory = own.orElseGet(
                        () -> arena.allocate(Math.max(1, bytes), Slot.ALIGNMENT).asSlice(0, bytes));
                int root = owners(parameter).getFirst();
                ranks.team().group(AXIS).broadcast(memory, root).await();
                return memory;
            }
        };
    }

    /** Parameters that this rank keeps. */
    public List<Parameter> parameters() {
        return family.parameters().stream()
                .filter(p -> owners(p).contains(stage))
                .toList();
    }

    /** Parameters that this rank is the first to keep: over all stages, each stands in one such list. */
    List<Parameter> counted() {
        return family.parameters().stream()
                .filter(p ->
                        owners(p).stream().findFirst().filter(s -> s == stage).isPresent())
                .toList();
    }

    /** This rank's parameters that other stages keep too, with all stages that do; such as an embedding that also makes the logits. */
    Map<Parameter, List<Integer>> tied() {
        var tied = new LinkedHashMap<Parameter, List<Integer>>();
        parameters().stream().filter(p -> owners(p).size() > 1).forEach(p -> tied.put(p, owners(p)));
        return tied;
    }

    private List<Integer> owners(Parameter parameter) {
        return IntStream.range(0, parts.size())
                .filter(part -> parts.get(part).uses(TrainState.parameter(parameter)))
                .map(this::stageOf)
                .sorted()
                .distinct()
                .boxed()
                .toList();
    }

    /** Names of what comes into a part and goes out of it to another, and of their gradients: all are where tokens are. */
    List<String> crossing(int part) {
        var names = IntStream.of(part, part + 1)
                .filter(p -> p < parts.size())
                .boxed()
                .flatMap(p -> parts.get(p).incoming().stream())
                .toList();
        return Stream.concat(names.stream(), names.stream().map(Stage::gradient))
                .toList();
    }

    /** What crosses the boundary before a part; nothing before the first and behind the last. */
    List<String> boundary(int part) {
        return part < parts.size() ? parts.get(part).incoming() : List.of();
    }

    /** Gradients that cross the boundary before a part, the other way. */
    List<String> gradients(int part) {
        return boundary(part).stream()
                .filter(name -> {
                    var program = parts.get(part).program();
                    return program.type(program.input(name)).type().isFloat();
                })
                .map(Stage::gradient)
                .toList();
    }

    boolean isLast(int part) {
        return part == parts.size() - 1;
    }
}
