package org.borealis.testkit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.borealis.device.Device;
import org.borealis.device.Eager;
import org.borealis.model.AttentionHeads.Rows;
import org.borealis.model.Context;
import org.borealis.model.ModelFamily;
import org.borealis.model.Parameter;
import org.borealis.model.Weights;
import org.borealis.parallel.LogicalDim;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Program;
import org.borealis.tensor.Shape;
import org.borealis.tensor.Tensor;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.Attention;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.osgi.annotation.versioning.ConsumerType;

/** What a model family has to do. Extend it, and give a small model: 8 tokens or more, in float64 within a second. */
@ConsumerType
@SuppressWarnings("NullAway.Init") // the device is opened before each test
public abstract class ModelFamilyConformance {
    private static final int BATCH = 2;
    private static final int TIME = 7;

    /** Two orders of the same float64 sums, through a few layers. */
    private static final double TOLERANCE = 1e-11;

    private Device device;

    /** The model under test; each call makes it anew from the same settings. */
    protected abstract ModelFamily model();

    @BeforeEach
    final void openDevice() {
        device = Oracle.find().open();
    }

    @AfterEach
    final void closeDevice() {
        device.close();
    }

    @Test
    void namesAreUniqueAndComeInTheSameOrderAlways() {
        var names = new HashSet<String>();
        for (var parameter : model().parameters()) {
            assertTrue(names.add(parameter.name()), "two parameters are named " + parameter.name());
        }
        assertEquals(model().parameters(), model().parameters());
    }

    @Test
    void theLossIsAScalarProgramOfItsParameters() {
        var program = traced(model(), DataType.FLOAT32);
        assertEquals(
                TensorType.of(DataType.FLOAT32),
                program.type(program.output("loss").value()));
        assertEquals(program.toString(), traced(model(), DataType.FLOAT32).toString());
        var used = new HashSet<Integer>();
        program.nodes().forEach(node -> used.addAll(node.inputs()));
        for (int i = 0; i < program.inputs().size(); i++) {
            assertTrue(used.contains(i), program.inputs().get(i).name() + " is not used");
        }
    }

    private static Program traced(ModelFamily model, DataType type) {
        var builder = new Program.Builder("loss");
        Map<Parameter, Tensor> values = new HashMap<>();
        for (var parameter : model.parameters()) {
            values.put(parameter, builder.input(parameter.name(), new TensorType(type, parameter.shape())));
        }
        var tokens = builder.input("tokens", TensorType.of(DataType.INT32, BATCH, TIME));
        var targets = builder.input("targets", TensorType.of(DataType.INT32, BATCH, TIME));
        builder.output("loss", model.loss(of(values), tokens, targets));
        return builder.build();
    }

    /** Only a model's own parameters, and each by its value as a record. */
    private static Weights of(Map<Parameter, Tensor> values) {
        return parameter -> {
            var value = values.get(parameter);
            if (value == null) {
                throw new AssertionError(
                        "the model asks for " + parameter.name() + ", which parameters() does not list");
            }
            return value;
        };
    }

    @Test
    void logitsHaveAScoreForEveryTokenId() {
        var logits = logits(tokens(0));
        assertEquals(TensorType.of(DataType.FLOAT64, BATCH, TIME, model().vocabulary()), logits.type());
        assertTrue(Arrays.stream(logits.values()).allMatch(Double::isFinite));
    }

    @Test
    void theFirstLossIsThatOfGuessing() {
        try (var eager = new Eager(device)) {
            var loss = model().loss(
                            weights(eager),
                            tokens(0).to(device, eager),
                            tokens(1).to(device, eager));
            double value = HostTensor.read(device, eager.slot(loss)).get(0);
            assertEquals(Math.log(model().vocabulary()), value, 0.5);
        }
    }

    @Test
    void whatComesLaterChangesNothing() {
        var tokens = tokens(0);
        var other = HostTensor.fill(
                tokens.type(), i -> i % TIME == TIME - 1 ? (tokens.get(i) + 1) % model().vocabulary() : tokens.get(i));
        var first = logits(tokens);
        var second = logits(other);
        int vocabulary = model().vocabulary();
        double change = 0;
        for (int i = 0; i < first.count(); i++) {
            boolean isLast = i / vocabulary % TIME == TIME - 1;
            double difference = Math.abs(first.get(i) - second.get(i));
            if (isLast) {
                change = Math.max(change, difference);
            } else {
                assertEquals(0, difference, "position " + i / vocabulary % TIME + " sees the last token");
            }
        }
        assertTrue(change > 0, "the last token changes nothing at all");
    }

    @Test
    void decodingThroughACacheGivesTheSameScores() {
        var tokens = tokens(0);
        var wanted = logits(tokens);
        try (var eager = new Eager(device)) {
            var weights = weights(eager);
            var cache = model().cache();
            var type = TensorType.of(DataType.FLOAT64, BATCH, model().sequence(), cache.keyHeads(), cache.headSize());
            List<Tensor> keys = new ArrayList<>();
            List<Tensor> values = new ArrayList<>();
            for (int layer = 0; layer < cache.layers(); layer++) {
                keys.add(eager.tensor(type));
                values.add(eager.tensor(type));
            }
            int position = 0;
            for (int length : new int[] {3, 1, 2, 1}) {
                var part = columns(tokens, position, length).to(device, eager);
                var here =
                        HostTensor.of(TensorType.of(DataType.INT32), position).to(device, eager);
                var context = Context.cached(keys, values, here);
                var logits = model().logits(weights, model().hidden(weights, part, context));
                compare(wanted, HostTensor.read(device, eager.slot(logits)), position, length);
                keys = context.keys();
                values = context.values();
                position += length;
            }
        }
    }

    private void compare(HostTensor wanted, HostTensor got, int position, int length) {
        int vocabulary = model().vocabulary();
        for (int i = 0; i < got.count(); i++) {
            int batch = i / vocabulary / length;
            int time = position + i / vocabulary % length;
            double want = wanted.get((batch * TIME + time) * vocabulary + i % vocabulary);
            assertEquals(want, got.get(i), TOLERANCE, "sequence " + batch + ", position " + time);
        }
    }

    @Test
    void whatItSaysMakesQueriesAndKeysMakesThem() {
        var all = model().attentions();
        if (all.isEmpty()) {
            return; // it does not say
        }
        var attended = queriesAndKeys(List.of());
        long attentions = traced(model(), DataType.FLOAT32).nodes().stream()
                .filter(node -> node.op() instanceof Attention)
                .count();
        assertEquals(attentions, all.size(), "attentions of the loss");
        for (int i = 0; i < all.size(); i++) {
            assertEquals(all.get(i).heads(), attended.get(2 * i).type().shape().dim(2), "heads of attention " + i);
            assertEquals(
                    all.get(i).keyHeads(),
                    attended.get(2 * i + 1).type().shape().dim(2));
            assertDoubled(
                    attended.get(2 * i), queriesAndKeys(all.get(i).queries()).get(2 * i));
            assertDoubled(
                    attended.get(2 * i + 1), queriesAndKeys(all.get(i).keys()).get(2 * i + 1));
        }
    }

    private static void assertDoubled(HostTensor before, HostTensor after) {
        var doubled = Arrays.stream(before.values()).map(x -> 2 * x).toArray();
        assertArrayEquals(doubled, after.values());
    }

    /** Queries and keys of each attention, in the order of the forward pass, with some rows of parameters doubled. */
    private List<HostTensor> queriesAndKeys(List<Rows> doubled) {
        try (var eager = new Eager(device)) {
            var found = new ArrayList<HostTensor>();
            var causal = Context.causal();
            var context = new Context() {
                @Override
                public Tensor positions(Tensor tokens) {
                    return causal.positions(tokens);
                }

                @Override
                public Tensor attend(int layer, Tensor q, Tensor k, Tensor v, double scale) {
                    found.add(HostTensor.read(device, eager.slot(q)));
                    found.add(HostTensor.read(device, eager.slot(k)));
                    return causal.attend(layer, q, k, v, scale);
                }
            };
            Map<Parameter, Tensor> values = new HashMap<>();
            for (var parameter : model().parameters()) {
                values.put(parameter, doubled(parameter, doubled).to(device, eager));
            }
            model().hidden(of(values), tokens(0).to(device, eager), context);
            return found;
        }
    }

    /** Values that are zero nowhere. */
    private static HostTensor doubled(Parameter parameter, List<Rows> all) {
        var drawn = drawn(parameter);
        int row = drawn.count() / parameter.shape().dim(0);
        return HostTensor.fill(drawn.type(), i -> {
            boolean isIt = all.stream()
                    .anyMatch(rows -> rows.parameter().equals(parameter)
                            && i / row >= rows.first()
                            && i / row < rows.first() + rows.count());
            return (isIt ? 2 : 1) * (drawn.get(i) + 0.01);
        });
    }

    @Test
    void trainingCostsAtLeastSixOperationsForEachLayersWeight() {
        double matrices = model().parameters().stream()
                .filter(p -> p.decays() && p.name().startsWith("layers."))
                .filter(p -> !p.dims().contains(LogicalDim.EXPERTS)) // a token goes to some of them
                .mapToDouble(p -> p.shape().elements())
                .sum();
        double flops = model().trainingFlopsPerToken();
        assertTrue(Double.isFinite(flops) && flops >= 6 * matrices && flops > 0, "it says " + flops);
    }

    private HostTensor logits(HostTensor tokens) {
        try (var eager = new Eager(device)) {
            var weights = weights(eager);
            var hidden = model().hidden(weights, tokens.to(device, eager), Context.causal());
            return HostTensor.read(device, eager.slot(model().logits(weights, hidden)));
        }
    }

    private Weights weights(Eager eager) {
        Map<Parameter, Tensor> values = new HashMap<>();
        for (var parameter : model().parameters()) {
            values.put(parameter, drawn(parameter).to(device, eager));
        }
        return of(values);
    }

    /** First values with the right mean and deviation; their distribution does not matter here. */
    private static HostTensor drawn(Parameter parameter) {
        var type = new TensorType(DataType.FLOAT64, parameter.shape());
        return switch (parameter.initial()) {
            case Parameter.Initial.Fill(double value) -> HostTensor.of(type, value);
            case Parameter.Initial.Normal(double mean, double deviation) -> {
                var wave = Samples.of(type, parameter.name().hashCode() % 1000);
                yield HostTensor.fill(type, i -> mean + deviation / Math.sqrt(2) * wave.get(i));
            }
        };
    }

    private HostTensor tokens(int seed) {
        return Samples.indices(model().vocabulary(), seed, BATCH, TIME);
    }

    private static HostTensor columns(HostTensor tokens, int from, int length) {
        var type = tokens.type().in(Shape.of(BATCH, length));
        return HostTensor.fill(type, i -> tokens.get(i / length * TIME + from + i % length));
    }
}
