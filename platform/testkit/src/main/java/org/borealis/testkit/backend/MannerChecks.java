package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.borealis.device.Device;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.TensorType;
import org.borealis.testkit.HostTensor;

/** What a device does when it is closed, handed over, or not alone. */
record MannerChecks(BackendKit kit) {
    private static final int ROUNDS = 20;
    private static final int AGAIN = 5;
    private static final long MOST_SECONDS = 120;

    List<Check> all() {
        return List.of(
                check("it says what it is", this::described),
                check("closing twice does nothing", this::closedTwice),
                check("what is closed may be closed in any order", this::closedInAnyOrder),
                check("a device that is closed gives no memory", this::refusedWhenClosed),
                check("closing one device leaves another usable", this::closedBesideAnother),
                check("another thread can take over", this::handedOver),
                check("two devices work at once on two threads", this::atOnce),
                check("the same inputs give the same bits each time, however threads share them", this::sameBitsAgain),
                check("the same inputs give the same bits on another device", this::sameBits));
    }

    private Check check(String sentence, Check.Trial trial) {
        return new Check(kit, Area.MANNERS, "", "", sentence, trial);
    }

    private void described(Check check) {
        check.tried("description", () -> {
            Complaint.unless(!kit.description().isBlank(), "the description is empty");
            return Measure.RIGHT;
        });
    }

    /** Something to be closed, on a device of its own. */
    private interface Closing {
        void run(Device device, Slot slot, AutoCloseable kernel) throws Exception;
    }

    private void closing(Check check, String what, Closing closing) {
        check.tried(what, () -> {
            var device = kit.open();
            try {
                var slot = Slot.allocate(device, TensorType.of(DataType.FLOAT32, 129));
                var out = Slot.allocate(device, slot.type());
                var kernel = device.bind(new Binary(Function2.ADD), List.of(slot, slot), List.of(out));
                kernel.run();
                closing.run(device, slot, kernel);
                return Measure.RIGHT;
            } catch (RuntimeException e) {
                throw e;
            } catch (Exception e) {
                throw new IllegalStateException(e);
            } finally {
                device.close();
            }
        });
    }

    private void closedTwice(Check check) {
        closing(check, "a buffer", (device, slot, kernel) -> {
            kernel.close();
            slot.buffer().close();
            slot.buffer().close();
            MemoryChecks.requireUsable(device);
        });
        closing(check, "a kernel", (device, slot, kernel) -> {
            kernel.close();
            kernel.close();
            MemoryChecks.requireUsable(device);
        });
        closing(check, "the device", (device, slot, kernel) -> {
            device.close();
            device.close();
        });
    }

    private void closedInAnyOrder(Check check) {
        closing(check, "a buffer before its kernel", (device, slot, kernel) -> {
            slot.buffer().close();
            kernel.close();
            MemoryChecks.requireUsable(device);
        });
        closing(check, "a device before its buffers and kernels", (device, slot, kernel) -> {
            device.close();
            kernel.close();
            slot.buffer().close();
        });
    }

    private void refusedWhenClosed(Check check) {
        check.tried("allocate", () -> {
            var device = kit.open();
            device.close();
            try {
                device.allocate(64);
            } catch (DeviceException e) {
                return Measure.RIGHT;
            }
            throw new Complaint("a closed device gave memory");
        });
    }

    private void closedBesideAnother(Check check) {
        check.tried("two devices, one closed", () -> {
            try (var stays = kit.open()) {
                var slot = Slot.allocate(stays, TensorType.of(DataType.INT32, 3));
                var goes = kit.open();
                MemoryChecks.requireUsable(goes);
                goes.close();
                MemoryChecks.requireUsable(stays);
                HostTensor.read(stays, slot);
                return Measure.RIGHT;
            }
        });
    }

    private void handedOver(Check check) {
        for (var work : Work.some(kit, DataType.FLOAT32)) {
            check.tried(work.toString(), () -> {
                try (var place = work.on(kit.device());
                        var kernel = place.bind()) {
                    var first = place.run(kernel);
                    requireSame("on a second thread", first, elsewhere(() -> place.run(kernel)));
                    requireSame("on a virtual thread", first, onVirtualThread(() -> place.run(kernel)));
                    try (var bound = elsewhere(place::bind)) {
                        requireSame("bound on a second thread", first, place.run(bound));
                    }
                    return Measure.RIGHT;
                }
            });
        }
    }

    private void sameBitsAgain(Check check) {
        for (var work : Work.large()) {
            check.tried(work.toString(), () -> {
                try (var place = work.on(kit.device());
                        var kernel = place.bind()) {
                    var first = place.run(kernel);
                    for (int again = 0; again < AGAIN; again++) {
                        requireSame("once more", first, place.run(kernel));
                    }
                    return Measure.RIGHT;
                }
            });
        }
    }

    private void sameBits(Check check) {
        for (var work : Work.some(kit, DataType.FLOAT32)) {
            check.tried(work.toString(), () -> {
                try (var other = kit.open();
                        var here = work.on(kit.device());
                        var there = work.on(other);
                        var first = here.bind();
                        var second = there.bind()) {
                    requireSame("on another device", here.run(first), there.run(second));
                    return Measure.RIGHT;
                }
            });
        }
    }

    private void atOnce(Check check) {
        check.tried(ROUNDS + " rounds of every kind of kernel", () -> {
            var works = Work.some(kit, DataType.FLOAT32);
            var wanted = works.stream()
                    .map(work -> {
                        try (var place = work.on(kit.device());
                                var kernel = place.bind()) {
                            return place.run(kernel);
                        }
                    })
                    .toList();
            var barrier = new CyclicBarrier(2);
            var tasks = new ArrayList<FutureTask<Boolean>>();
            for (int i = 0; i < 2; i++) {
                tasks.add(start(() -> {
                    barrier.await(MOST_SECONDS, TimeUnit.SECONDS);
                    rounds(works, wanted);
                    return true;
                }));
            }
            tasks.forEach(MannerChecks::result);
            return Measure.RIGHT;
        });
    }

    private void rounds(List<Work> works, List<List<HostTensor>> wanted) {
        try (var device = kit.open()) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int i = 0; i < works.size(); i++) {
                    try (var place = works.get(i).on(device);
                            var kernel = place.bind()) {
                        requireSame(works.get(i) + " beside another device", wanted.get(i), place.run(kernel));
                    }
                }
            }
        }
    }

    private static void requireSame(String what, List<HostTensor> first, List<HostTensor> second) {
        for (int i = 0; i < first.size(); i++) {
            Complaint.unless(
                    first.get(i).elements().mismatch(second.get(i).elements()) < 0,
                    what + " output " + i + " has other bits: " + first.get(i) + " and then " + second.get(i));
        }
    }

    private static <T> T elsewhere(Callable<T> action) {
        return result(start(action));
    }

    private static <T> T onVirtualThread(Callable<T> action) {
        var task = new FutureTask<>(action);
        Thread.ofVirtual().name("conformance").start(task);
        return result(task);
    }

    private static <T> FutureTask<T> start(Callable<T> action) {
        var task = new FutureTask<>(action);
        Thread.ofPlatform().daemon().name("conformance").start(task);
        return task;
    }

    private static <T> T result(FutureTask<T> task) {
        try {
            return task.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (java.util.concurrent.ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (java.util.concurrent.TimeoutException e) {
            throw new Complaint("did not end within " + MOST_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Complaint("was interrupted");
        }
    }
}
