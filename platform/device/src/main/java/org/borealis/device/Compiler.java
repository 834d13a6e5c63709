package org.borealis.device;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.borealis.parallel.Signature;
import org.borealis.parallel.Spread;
import org.borealis.parallel.Team;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.osgi.annotation.versioning.ProviderType;

/** Passes over programs, and their way onto a device; a service. */
@ProviderType
public interface Compiler {

    /**
     * Adds gradients.
     *
     * @param loss name of an output that is a float scalar
     * @param inputs names of float inputs; for each an output {@code gradient.NAME} is added, in this order
     */
    Program differentiate(Program program, String loss, List<String> inputs);

    /**
     * Makes a program that was traced in float32 compute in a narrower type. Inputs and outputs keep their types: what is given in
     * float32, such as parameters, is converted where it is first computed with, and sums are made in float32. Differentiate the
     * result, and gradients of such inputs arrive in float32 too.
     *
     * @param compute BFLOAT16 or FLOAT16; any wider type leaves the program as it is
     */
    Program precision(Program forward, DataType compute);

    /**
     * Has inputs come in a narrower type than the program was traced with, and be widened where it computes with them in the wide one.
     * What the program converts to the narrow type anyway it takes as it comes. Results are those of the same values given wide, and
     * stay in their types: narrow a program after {@link #differentiate}, and gradients of what comes narrow are still wide.
     *
     * @param inputs names of inputs, of the type's {@link DataType#accumulator accumulator}; or of the type already, which stay
     */
    Program narrow(Program program, Set<String> inputs, DataType type);

    /**
     * Has less kept from forward to backward pass, and computed again instead. Results are the same, bit for bit.
     *
     * @param differentiated what {@link #differentiate} gave
     * @param loss name of its loss: what is computed up to there is the forward pass
     */
    Program rematerialise(Program differentiated, String loss, Rematerialisation policy);

    /**
     * The program of one rank of a mesh: the same for all of them. Communication is added where tensors are not where they are needed.
     *
     * @throws org.borealis.tensor.ShapeException if something can't be cut into equal parts
     */
    Program partition(Program program, Spread spread, Signature signature);

    /**
     * Cuts a forward program at layer ends into parts that follow each other. The costliest part costs as little as can be, by the
     * multiplications of matrix products, those in composites included.
     *
     * <p>What depends on no layer, such as angles of positions, is computed by every part that needs it. So an input may be used by
     * several parts, as an embedding is that also makes the logits: its gradient is the sum of theirs. See {@link Stage#shared}.
     *
     * @param parts at most one more than the program has {@link org.borealis.tensor.composite.LayerEnd layer ends}
     * @throws org.borealis.tensor.ShapeException if it has fewer layer ends
     */
    List<Stage> stages(Program forward, int parts);

    /**
     * Adds gradients to a part. For every outgoing float an input {@code gradient.NAME} is added; for every name in {@code inputs},
     * then for every incoming float, an output {@code gradient.NAME}.
     *
     * @param inputs names of float inputs of the part
     */
    Program differentiate(Stage stage, List<String> inputs);

    /**
     * Cuts a program into pieces to be run one after the other, not always at once. A piece computes its outputs, and hands what later
     * pieces need beside on as outputs {@code kept.NUMBER}, which are inputs of those; a piece has those inputs that it reads. What
     * depends on nothing but {@code held} is computed by every piece that needs it, as are views.
     *
     * @param outputs names of each piece's outputs; all of them are named once
     * @param held inputs that do not change from the first piece to the last, such as parameters
     */
    List<Program> cut(Program program, List<Set<String>> outputs, Set<String> held);

    /**
     * What {@link #compile} would take of a device's memory. Takes none itself.
     *
     * @param loss name of an output; what it depends on is the forward pass of a program that has it
     * @param team of the rank that would compile; its groups are not used
     */
    Footprint plan(Device device, List<Draft> drafts, String loss, Team team);

    /** {@link #plan(Device, List, String, Team)} of a rank that is alone. */
    default Footprint plan(Device device, List<Draft> drafts, String loss) {
        return plan(device, drafts, loss, Team.ALONE);
    }

    /**
     * Lowers programs, plans their memory and binds them. They share one workspace, so only one may run at a time, and what one leaves
     * in an output without a binding is lost when another runs.
     *
     * @param team whom the programs' collectives talk to
     */
    List<Executable> compile(Device device, List<Job> jobs, Team team);

    /** {@link #compile(Device, List, Team)} of programs that talk to nobody. */
    default List<Executable> compile(Device device, List<Job> jobs) {
        return compile(device, jobs, Team.ALONE);
    }

    /** {@link #compile(Device, List)} of a single program. */
    default Executable compile(Device device, Program program, Map<String, Slot> bindings) {
        return compile(device, List.of(new Job(program, bindings))).get(0);
    }

    /**
     * The device with what it lacks of {@link org.borealis.tensor.composite.Factorisation factorisations}: those that it does not claim
     * are read, computed on the host in float64, and written back. For whoever runs operations one by one; {@link #compile} has this
     * by itself.
     *
     * @return a device that runs, and claims, every factorisation; closing it closes {@code device}
     */
    Device complete(Device device);

    /**
     * A program to plan.
     *
     * @param bound names of inputs and outputs that will have a binding
     * @param spent as in {@link Job}
     */
    record Draft(Program program, Set<String> bound, Set<String> spent) {
        public Draft {
            bound = Set.copyOf(bound);
            spent = Set.copyOf(spent);
        }

        /** A program whose inputs keep their values. */
        public Draft(Program program, Set<String> bound) {
            this(program, bound, Set.of());
        }
    }

    /**
     * A program to compile.
     *
     * @param bindings places of inputs and outputs, by name, that the caller owns; an output that replaces an input lives there
     * @param spent names of inputs whose values nobody needs after a run, so that it may write over them
     */
    record Job(Program program, Map<String, Slot> bindings, Set<String> spent) {
        public Job {
            bindings = Map.copyOf(bindings);
            spent = Set.copyOf(spent);
        }

        /** A program whose inputs keep their values. */
        public Job(Program program, Map<String, Slot> bindings) {
            this(program, bindings, Set.of());
        }
    }
}
