package org.borealis.parallel;

import java.lang.foreign.MemorySegment;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Primitive.Fold;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Ranks that work together. All members call the same methods in the same order with memory of the same size; used by one thread at a
 * time. Messages between two members have an order of their own.
 *
 * <p>Memory is native, dense, little-endian, and belongs to the call until its {@link Pending#await} returns; what is given to a call
 * does not overlap. Several calls may be pending, awaited in any order. Sums of FLOAT16 and BFLOAT16 are made in that type or a wider
 * one; integers wrap; of BOOL there are no sums.
 *
 * <p>Calls and waits throw a {@link CommunicationException} that names this rank, the group and the operation: {@code all-reduce},
 * {@code all-gather}, {@code reduce-scatter}, {@code all-to-all}, {@code broadcast}, {@code send}, {@code receive} or {@code barrier}.
 * Members that call different things get one instead of a wrong result, and no byte outside the memory that they gave is written. A group
 * in which something failed stays failed.
 */
@ConsumerType
public interface Group {

    /** This rank among the members, from 0. */
    int index();

    /** How many members there are. */
    int size();

    /** Joins everybody's {@code data} element by element, in place; the same bits for all. MAX of a NaN and a number is either of them. */
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

    /**
     * Waits until every member has come here.
     *
     * @throws CommunicationException with {@code peer-late} if one has not within the time-out
     */
    void barrier();
}
