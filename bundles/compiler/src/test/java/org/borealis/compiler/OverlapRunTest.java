package org.borealis.compiler;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.Collectives.Rendezvous;
import org.borealis.parallel.Mesh;
import org.borealis.parallel.Team;
import org.borealis.tensor.Collective.AllGather;
import org.borealis.tensor.Collective.AllReduce;
import org.borealis.tensor.Collective.AllToAll;
import org.borealis.tensor.Collective.ReduceScatter;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Program;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.ForwardingDevice;
import org.junit.jupiter.api.Test;

/** Two ranks run programs with and without the passes that hide what they say to each other. */
class OverlapRunTest {
    private static final Mesh MESH = Mesh.parse("data=2");

    /** Tells what runs. */
    private static final class ToldDevice extends ForwardingDevice {
        private final List<String> events;

        ToldDevice(Device real, List<String> events) {
            super(real);
            this.events = events;
        }

        @Override
        public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
            var kernel = super.bind(op, inputs, outputs);
            return op instanceof MatMul
                    ? () -> {
                        events.add("product");
                        kernel.run();
                    }
                    : kernel;
        }
    }

    /** A rank's share of the work. */
    private interface Body {
        List<double[]> run(Team team) throws Exception;
    }

    private static List<List<double[]>> ranks(Collectives collectives, Body body) throws Exception {
        var tasks = new ArrayList<FutureTask<List<double[]>>>();
        for (int rank = 0; rank < MESH.size(); rank++) {
            var rendezvous = new Rendezvous("here:1", rank, MESH.size(), Duration.ofSeconds(30));
            var task = new FutureTask<>(() -> {
                try (var world = collectives.join(rendezvous)) {
                    return body.run(Team.of(MESH, world));
                }
            });
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        var results = new ArrayList<List<double[]>>();
        for (var task : tasks) {
            results.add(task.get(60, TimeUnit.SECONDS));
        }
        return results;
    }

    private static BoundProgram bound(Device device, Team team, Program program) {
        var local = Localise.of(program, team);
        var plan = MemoryPlan.of(local, Set.of());
        return BoundProgram.of(
                device, team, local, plan, Map.of(), device.allocate(Math.max(1, plan.workspaceBytes())));
    }

    /** Outputs of two runs, one after the other. */
    private static List<double[]> results(Program program, Team team) {
        try (var numbers = new Numbers();
                var bound = bound(numbers.device(), team, program)) {
            var random = new Random(7 + team.rank());
            for (var input : program.inputs()) {
                var values = random.doubles(input.type().shape().elements(), -1, 1);
                numbers.write(bound.slot(input.name()), values.toArray());
            }
            bound.run();
            bound.run();
            return program.outputs().stream()
                    .map(output -> numbers.read(bound.slot(output.name())))
                    .toList();
        }
    }

    private static Tensor one(Op op, Tensor x) {
        return x.apply(op).get(0);
    }

    /** All that joins and moves, some of it in place of what it replaces. */
    private static Program everything() {
        var builder = new Program.Builder("everything");
        var type = TensorType.of(DataType.FLOAT32, 4, 5);
        var inputs = IntStream.range(0, 6)
                .mapToObj(i -> builder.input("x" + i, type))
                .toList();
        var sum = new AllReduce("data", Fold.SUM);
        var scatter = new ReduceScatter("data", 2);
        var gather = new AllGather("data", 2);
        var exchange = new AllToAll("data", 2);
        var y = inputs.get(0).tanh();
        var summed = new ArrayList<Tensor>();
        var scattered = new ArrayList<Tensor>();
        var exchanged = new ArrayList<Tensor>();
        var gathered = new ArrayList<Tensor>();
        for (var x : inputs) {
            y = y.matmul(x.transpose(1, 0).matmul(y).tanh());
            summed.add(one(sum, y));
            summed.add(one(sum, y.slice(0, 1, 2)));
            scattered.add(one(scatter, y.times(x).reshape(2, 10)));
            exchanged.add(one(exchange, y.minus(x).reshape(2, 2, 5)));
            gathered.add(one(gather, y.plus(x).slice(0, 0, 2)));
        }
        for (int i = 0; i < inputs.size(); i++) {
            builder.replace("new" + i, inputs.get(i), inputs.get(i).plus(summed.get(2 * i)));
            builder.output("rows" + i, summed.get(2 * i + 1));
            builder.output("part" + i, scattered.get(i).exp());
            builder.output("whole" + i, gathered.get(i));
            builder.output("exchanged" + i, exchanged.get(i).slice(1, 0, 1).negate());
        }
        return builder.build();
    }

    @Test
    void passesChangeNoBit() throws Exception {
        var program = everything();
        var overlapped = Overlap.of(program);
        assertTrue(
                overlapped.nodes().stream()
                                .filter(node -> Waits.talks(node.op()))
                                .count()
                        <= 6,
                overlapped.toString());
        var wanted = ranks(new LateCollectives(), team -> results(program, team));
        var got = ranks(new LateCollectives(), team -> results(overlapped, team));
        for (int rank = 0; rank < MESH.size(); rank++) {
            for (int i = 0; i < program.outputs().size(); i++) {
                var name = program.outputs().get(i).name();
                assertArrayEquals(wanted.get(rank).get(i), got.get(rank).get(i), name + " of rank " + rank);
                assertTrue(Arrays.stream(got.get(rank).get(i)).noneMatch(Double::isNaN), name);
            }
        }
    }

    /** Two gradients, the second needs two products. */
    private static Program backward() {
        var builder = new Program.Builder("backward");
        int width = 520; // more than joins others
        var x = builder.input("x", TensorType.of(DataType.FLOAT32, 1, width));
        var weight = builder.input("weight", TensorType.of(DataType.FLOAT32, width, width));
        var last = x.transpose(1, 0).matmul(x);
        var first = x.transpose(1, 0).matmul(x.matmul(weight));
        builder.output("first", one(new AllReduce("data", Fold.SUM), first));
        builder.output("last", one(new AllReduce("data", Fold.SUM), last));
        return builder.build();
    }

    @Test
    void reductionBeginsBeforeTheLastProductAndIsWaitedForBehindIt() throws Exception {
        var told = ThreadLocal.<List<String>>withInitial(ArrayList::new);
        var ofRanks = Collections.synchronizedList(new ArrayList<List<String>>());
        ranks(new LateCollectives(event -> told.get().add(event)), team -> {
            try (var numbers = new Numbers();
                    var bound = bound(new ToldDevice(numbers.device(), told.get()), team, Overlap.of(backward()))) {
                bound.run();
                ofRanks.add(told.get());
                return List.of();
            }
        });
        var wanted = List.of(
                "product",
                "begin all-reduce",
                "product",
                "product",
                "begin all-reduce",
                "await all-reduce",
                "await all-reduce");
        assertEquals(List.of(wanted, wanted), ofRanks);
    }

    @Test
    void runThatFailsLeavesNobodyWritingToItsMemory() throws Exception {
        var told = Collections.synchronizedList(new ArrayList<String>());
        ranks(new LateCollectives(told::add), team -> {
            try (var numbers = new Numbers()) {
                var failing = new ForwardingDevice(numbers.device()) {
                    @Override
                    public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                        return op instanceof MatMul
                                        && inputs.get(0).type().shape().dim(0) == 1
                                ? () -> {
                                    throw new DeviceException("broken", "it broke");
                                }
                                : super.bind(op, inputs, outputs);
                    }
                };
                try (var bound = bound(failing, team, Overlap.of(backward()))) {
                    bound.run();
                    throw new AssertionError("did not break");
                } catch (DeviceException e) {
                    assertEquals("it broke", e.getMessage());
                }
                return List.of();
            }
        });
        assertEquals(2, Collections.frequency(told, "begin all-reduce"));
        assertEquals(2, Collections.frequency(told, "await all-reduce"));
    }
}
