package org.borealis.trainer.step;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.borealis.checkpoint.Checkpoints.Piece;
import org.borealis.checkpoint.TensorSource;
import org.borealis.model.Parameter;
import org.borealis.parallel.Box;
import org.borealis.parallel.Held.Role;
import org.borealis.parallel.Sharding;
import org.borealis.parallel.Spread;
import org.borealis.parallel.Team;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.DataType;
import org.borealis.tensor.TensorType;
import org.borealis.train.Optimizer.State;

/**
 * A tensor of the state of a run: a parameter, or what the optimizer remembers of it.
 *
 * @param initial {@link State.Initial.Copy} is the parameter's own first value
 * @param sharding what of it each rank has that has the parameter
 */
record StateTensor(Parameter parameter, String name, TensorType whole, State.Initial initial, Sharding sharding) {

    /** All parameters, then what is remembered of each. */
    static List<StateTensor> all(DataType type, List<Parameter> parameters, Holdings holdings, Spread spread) {
        var tensors = new ArrayList<StateTensor>();
        for (var p : parameters) {
            var held = holdings.held(Role.PARAMETER, p);
            var sharding = spread.sharding(held);
            var whole = new TensorType(type, p.shape());
            tensors.add(new StateTensor(p, TrainState.parameter(p), whole, new State.Initial.Copy(), sharding));
        }
        for (var p : parameters) {
            for (var s : holdings.optimizer().state(p, type)) {
                var sharding = spread.sharding(holdings.held(p, s));
                tensors.add(new StateTensor(p, TrainState.memory(p, s), s.type(), s.initial(), sharding));
            }
        }
        return tensors;
    }

    /** Type of what one rank has. */
    TensorType local() {
        return whole.in(sharding.local());
    }

    /**
     * What a rank has, as a checkpoint takes it.
     *
     * @param read copies what it has to the host, when its turn comes
     */
    List<Piece> pieces(Team team, Function<Arena, MemorySegment> read) {
        return sharding.parts(team.mesh(), team.rank()).stream()
                .map(part -> new Piece(name, whole, part.whole(), arena -> cut(read.apply(arena), part.local(), arena)))
                .toList();
    }

    private MemorySegment cut(MemorySegment local, Box box, Arena arena) {
        var all = Box.of(sharding.local());
        if (box.equals(all)) {
            return local;
        }
        var part = arena.allocate(whole.in(box.shape()).bytes());
        all.copy(local, box, part, whole.type().bytes());
        return part;
    }

    /**
     * What a rank has to have of what a checkpoint holds, of which it reads no more than that.
     *
     * @throws BorealisException if the checkpoint has it not, or as another type
     */
    MemorySegment local(TensorSource source, Team team, Arena arena) {
        var found = source.types().get(name);
        if (!whole.equals(found)) {
            boolean isWide = whole.as(whole.type().accumulator()).equals(found);
            throw new BorealisException(
                    "checkpoint-mismatch",
                    "this run needs " + name + " as " + whole + "; the checkpoint "
                            + (found == null ? "has none" : "has it as " + found)
                            + (isWide
                                    ? ". It was written in a wider precision, or by a version of Borealis that kept parameters"
                                            + " in float32 whatever the run computed in; --fresh begins anew"
                                    : ". It was written by another model, optimizer or precision"));
        }
        var parts = sharding.parts(team.mesh(), team.rank());
        if (parts.size() == 1) {
            return source.read(name, parts.getFirst().whole(), arena);
        }
        var all = Box.of(sharding.local());
        var local = arena.allocate(local().bytes());
        for (var part : parts) {
            part.local()
                    .copy(
                            source.read(name, part.whole(), arena),
                            all,
                            local,
                            whole.type().bytes());
        }
        return local;
    }
}
