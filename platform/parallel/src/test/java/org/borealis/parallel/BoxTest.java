package org.borealis.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.borealis.parallel.Placement.Shard;
import org.borealis.parallel.Sharding.Cut;
import org.borealis.tensor.Shape;
import org.borealis.tensor.ShapeException;
import org.junit.jupiter.api.Test;

class BoxTest {
    private static final long SEED = 5;

    /** Elements of a box of a tensor whose elements are their own indices. */
    private static int[] elements(Box box, Shape whole) {
        var elements = new int[(int) box.shape().elements()];
        for (int i = 0; i < elements.length; i++) {
            long left = i;
            for (int dim = whole.rank() - 1; dim >= 0; dim--) {
                elements[i] +=
                        (int) ((box.offset().get(dim) + left % box.shape().dim(dim)) * whole.stride(dim));
                left /= box.shape().dim(dim);
            }
        }
        return elements;
    }

    private static Box random(Shape whole, Random random) {
        var offset = new ArrayList<Integer>();
        var size = new ArrayList<Integer>();
        for (int dim : whole.dims()) {
            int first = random.nextInt(dim + 1);
            offset.add(first);
            size.add(random.nextInt(4) == 0 ? dim - first : random.nextInt(dim - first + 1));
        }
        return new Box(offset, new Shape(size));
    }

    @Test
    void whatTwoBoxesShareIsCopiedAndNothingElse() {
        var random = new Random(SEED);
        for (int trial = 0; trial < 5000; trial++) {
            var whole = new Shape(random.ints(random.nextInt(4), 1, 6).boxed().toList());
            var box = random(whole, random);
            var target = random.nextInt(4) == 0 ? Box.of(whole) : random(whole, random);
            var from = elements(box, whole);
            var wanted = elements(target, whole);
            for (int i = 0; i < wanted.length; i++) {
                int element = wanted[i];
                wanted[i] = Arrays.stream(from).anyMatch(e -> e == element) ? element : -1;
            }
            var to = new int[wanted.length];
            Arrays.fill(to, -1);
            box.copy(MemorySegment.ofArray(from), target, MemorySegment.ofArray(to), Integer.BYTES);
            assertArrayEquals(wanted, to, box + " of " + whole + " into " + target + ", seed " + SEED);
        }
    }

    @Test
    void aBoxBeginsAndEndsWithinItsTensor() {
        var box = new Box(List.of(2, 0), Shape.of(3, 4));
        assertEquals("[2:5, 0:4]", box.toString());
        box.requireWithin("a", Shape.of(5, 4));
        assertThrows(ShapeException.class, () -> box.requireWithin("a", Shape.of(4, 4)));
        assertThrows(ShapeException.class, () -> box.requireWithin("a", Shape.of(5)));
        var far = new Box(List.of(Integer.MAX_VALUE), Shape.of(Integer.MAX_VALUE));
        assertThrows(ShapeException.class, () -> far.requireWithin("a", Shape.of(5)));
        assertThrows(ShapeException.class, () -> new Box(List.of(-1, 0), Shape.of(3, 4)));
        assertThrows(ShapeException.class, () -> new Box(List.of(1), Shape.of(3, 4)));
    }

    @Test
    void thePartsOfAllRanksAreTheTensor() {
        var mesh = Mesh.parse("data=2,tensor=3");
        var tensor = new Cut(mesh.axes().get(1), new Shard(1, 2));
        var data = new Cut(mesh.axes().get(0), Placement.shard(0));
        var whole = Shape.of(4, 12, 3);
        for (var cuts : List.of(List.of(tensor, data), List.of(tensor), List.of(data), List.<Cut>of())) {
            var sharding = new Sharding(whole, cuts);
            var copied = new int[(int) whole.elements()];
            for (int rank = 0; rank < mesh.size(); rank++) {
                var parts = sharding.parts(mesh, rank);
                assertEquals(cuts.contains(tensor) ? 2 : 1, parts.size());
                var local = new int[(int) sharding.local().elements()];
                sharding.runs(mesh, rank, (from, to, length) -> {
                    for (int i = 0; i < length; i++) {
                        local[(int) to + i] = (int) from + i;
                    }
                });
                for (var part : parts) {
                    var dense = new int[(int) part.local().shape().elements()];
                    Box.of(sharding.local())
                            .copy(
                                    MemorySegment.ofArray(local),
                                    part.local(),
                                    MemorySegment.ofArray(dense),
                                    Integer.BYTES);
                    assertArrayEquals(elements(part.whole(), whole), dense, part + " of rank " + rank);
                    part.whole()
                            .copy(
                                    MemorySegment.ofArray(dense),
                                    Box.of(whole),
                                    MemorySegment.ofArray(copied),
                                    Integer.BYTES);
                }
            }
            assertArrayEquals(elements(Box.of(whole), whole), copied, cuts.toString());
        }
    }
}
