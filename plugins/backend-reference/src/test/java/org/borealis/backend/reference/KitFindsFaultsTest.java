package org.borealis.backend.reference;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.borealis.device.Backend;
import org.borealis.device.Buffer;
import org.borealis.device.Device;
import org.borealis.device.Kernel;
import org.borealis.device.Slot;
import org.borealis.tensor.Composite;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.Gather;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.TensorType;
import org.borealis.tensor.composite.SwiGlu;
import org.borealis.testkit.BackendConformance;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** A kit that passes everything is worth nothing: these backends each have one fault, which it has to find. */
final class KitFindsFaultsTest {

    /** The reference with something else in front of it. */
    private abstract static class Faulty implements Device {
        final Device right = new ReferenceBackend().open();

        @Override
        public String description() {
            return "faulty";
        }

        @Override
        public boolean supports(DataType type) {
            return right.supports(type);
        }

        @Override
        public Buffer allocate(long bytes) {
            return right.allocate(bytes);
        }

        @Override
        public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
            return right.bind(op, inputs, outputs);
        }

        @Override
        public void write(Slot target, MemorySegment source) {
            right.write(target, source);
        }

        @Override
        public void read(Slot source, MemorySegment target) {
            right.read(source, target);
        }

        @Override
        public void close() {
            right.close();
        }
    }

    static final class SubtractsTheOtherWay extends BackendConformance {
        @Override
        protected Backend backend() {
            return () -> new Faulty() {
                @Override
                public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                    boolean turns = op.equals(new Binary(Function2.SUBTRACT))
                            && inputs.get(0).type().equals(inputs.get(1).type());
                    return super.bind(op, turns ? inputs.reversed() : inputs, outputs);
                }
            };
        }
    }

    static final class WritesNothingIntoGathers extends BackendConformance {
        @Override
        protected Backend backend() {
            return () -> new Faulty() {
                @Override
                public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                    return op instanceof Gather ? () -> {} : super.bind(op, inputs, outputs);
                }
            };
        }
    }

    static final class TakesTheMaximumForTheSum extends BackendConformance {
        @Override
        protected Backend backend() {
            return () -> new Faulty() {
                @Override
                public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                    return super.bind(
                            op instanceof Reduce(Fold _, int dim)
                                            && inputs.get(0).type().shape().dim(dim) > 0
                                    ? new Reduce(Fold.MAX, dim)
                                    : op,
                            inputs,
                            outputs);
                }
            };
        }
    }

    static final class ClaimsSwiGluAndMultiplies extends BackendConformance {
        @Override
        protected Backend backend() {
            return () -> new Faulty() {
                @Override
                public boolean fuses(Composite op, List<TensorType> inputs) {
                    return op instanceof SwiGlu;
                }

                @Override
                public Kernel bind(Op op, List<Slot> inputs, List<Slot> outputs) {
                    return super.bind(op instanceof SwiGlu ? new Binary(Function2.MULTIPLY) : op, inputs, outputs);
                }
            };
        }
    }

    static final class ThrowsWhenClosedTwice extends BackendConformance {
        @Override
        protected Backend backend() {
            return () -> new Faulty() {
                private boolean isClosed;

                @Override
                public void close() {
                    if (isClosed) {
                        throw new IllegalStateException("closed already");
                    }
                    isClosed = true;
                    super.close();
                }
            };
        }
    }

    @Test
    void aWrongPrimitiveIsFound() {
        assertFails(SubtractsTheOtherWay.class, "SUBTRACT");
        assertFails(TakesTheMaximumForTheSum.class, "Reduce(SUM");
    }

    @Test
    void unwrittenMemoryIsFound() {
        assertFails(WritesNothingIntoGathers.class, "Gather");
    }

    @Test
    void aFalseClaimIsFound() {
        assertFails(ClaimsSwiGluAndMultiplies.class, "SwiGlu");
    }

    @Test
    void badMannersAreFound() {
        assertFails(ThrowsWhenClosedTwice.class, "closing twice");
    }

    /** A test of this name fails. */
    private static void assertFails(Class<? extends BackendConformance> kit, String name) {
        var summary = new SummaryGeneratingListener();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(kit))
                .build();
        LauncherFactory.create().execute(request, summary);
        var failed = new ArrayList<String>();
        summary.getSummary()
                .getFailures()
                .forEach(f -> failed.add(f.getTestIdentifier().getDisplayName()));
        assertTrue(
                failed.stream().anyMatch(f -> f.contains(name)),
                () -> "wanted " + name + " among the failed " + failed);
    }
}
