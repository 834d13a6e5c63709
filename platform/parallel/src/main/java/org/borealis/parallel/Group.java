package org.borealis.parallel;

import java.lang.foreign.MemorySegment;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Ranks that work together. All members call the same methods in the same order with memory of the same size; used by one thread at a
 * time.
 *
 * <p>Memory is native, dense, little-endian, and belongs to the call until its {@link Pending#await} returns. Sums of FLOAT16 and
 * BFLOAT16 are made in that type or a wider one.
 */
@ConsumerType
public interface Group {

    /** This rank among the members, from 0. */
    int index();

    /** How many members there are. */
    int size();

    /** Joins everybody's {@code data} element by element, in place; the same bits for all. */
    Pending allReduce(MemorySegment data, DataType type, Fold fold);

    /** Everybody's {@code part} into {@code whole}, in order. */
    Pending allGather(MemorySegment part, MemorySegment whole);

    /** Sums everybody's {@code whole}, which stays as it is; member i gets part i of the sum into {@code part}. */
    Pending reduceScatter(MemorySegment whole, MemorySegment part, DataType type);

    /** Part i of {@code source} goes to member i; what came from member i is part i of {@code target}. */
    Pending allToAll(MemorySegment source, MemorySegment target);

    /** What member {@code root} has in {@code data} into everybody's. */
    Pending broadcast(MemorySegment data, int root);

    /** Sends to a member, who receives. Messages between two members arrive in the order they were sent. */
    Pending send(MemorySegment data, int to);

    /** Receives from a member what it sends. */
    Pending receive(MemorySegment data, int from);

    /** Waits until every member has come here. */
    void barrier();
}
