package org.borealis.loops;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import org.borealis.loops.Formula.Line;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;

/** Writes the class of a formula: one loop, in which every line is a call that C2 turns into an instruction. */
final class LoopClass {
    private static final ClassDesc LANES = Lanes.class.describeConstable().orElseThrow();
    private static final ClassDesc FLOATS =
            FloatVector.class.describeConstable().orElseThrow();
    private static final ClassDesc VECTOR = Vector.class.describeConstable().orElseThrow();
    private static final ClassDesc MASK = VectorMask.class.describeConstable().orElseThrow();
    private static final ClassDesc OPERATORS =
            VectorOperators.class.describeConstable().orElseThrow();
    private static final ClassDesc COMPARISON =
            VectorOperators.Comparison.class.describeConstable().orElseThrow();
    private static final ClassDesc LOOP = FormulaLoop.class.describeConstable().orElseThrow();
    private static final ClassDesc ADDRESSES = ConstantDescs.CD_long.arrayType();
    private static final ClassDesc NUMBERS = ConstantDescs.CD_float.arrayType();

    private static final MethodTypeDesc RUN = MethodTypeDesc.of(
            ConstantDescs.CD_void, ADDRESSES, NUMBERS, ADDRESSES, ConstantDescs.CD_long, ConstantDescs.CD_int);
    private static final MethodTypeDesc AT = MethodTypeDesc.of(FLOATS, ConstantDescs.CD_long, ConstantDescs.CD_int);
    private static final MethodTypeDesc PUT =
            MethodTypeDesc.of(ConstantDescs.CD_void, FLOATS, ConstantDescs.CD_long, ConstantDescs.CD_int);
    private static final MethodTypeDesc ALL = MethodTypeDesc.of(FLOATS, ConstantDescs.CD_float);
    private static final MethodTypeDesc ONE = MethodTypeDesc.of(FLOATS);
    private static final MethodTypeDesc TWO = MethodTypeDesc.of(FLOATS, VECTOR);
    private static final MethodTypeDesc BLEND = MethodTypeDesc.of(FLOATS, VECTOR, MASK);
    private static final MethodTypeDesc COMPARE = MethodTypeDesc.of(MASK, COMPARISON, VECTOR);
    private static final MethodTypeDesc MASKS = MethodTypeDesc.of(MASK, MASK);
    private static final MethodTypeDesc NOT = MethodTypeDesc.of(MASK);

    // The parameters' places among the local variables of run; 0 is the loop itself.
    private static final int MEMORIES_AT = 1;
    private static final int NUMBERS_AT = 2;
    private static final int TILES_AT = 3;
    private static final int START_AT = 4;
    private static final int N_AT = 6;

    private final Formula formula;
    private final CodeBuilder code;
    private final int i;
    // Local variables that hold the address of each memory and tile, and what each line gives.
    private final int[] memories;
    private final int[] tiles;
    private final int[] values;

    private LoopClass(Formula formula, CodeBuilder code) {
        this.formula = formula;
        this.code = code;
        this.i = code.allocateLocal(TypeKind.INT);
        this.memories = new int[formula.memories()];
        this.tiles = new int[formula.tiles()];
        this.values = new int[formula.lines().size()];
    }

    /** A loop that does what a formula says. */
    static FormulaLoop of(Formula formula) {
        var name = ClassDesc.of(LoopClass.class.getPackageName(), "GeneratedLoop");
        byte[] bytes = ClassFile.of()
                .build(
                        name,
                        type -> type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SYNTHETIC)
                                .withInterfaceSymbols(LOOP)
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        ClassFile.ACC_PUBLIC,
                                        code -> code.aload(0)
                                                .invokespecial(
                                                        ConstantDescs.CD_Object,
                                                        ConstantDescs.INIT_NAME,
                                                        ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody(
                                        "run", RUN, ClassFile.ACC_PUBLIC, code -> new LoopClass(formula, code).run()));
        try {
            var loop = MethodHandles.lookup().defineHiddenClass(bytes, true).lookupClass();
            return (FormulaLoop) loop.getDeclaredConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the class of a loop can't be loaded", e);
        }
    }

    private void run() {
        addresses();
        same();
        code.iconst_0().istore(i);
        Label begin = code.newBoundLabel();
        Label end = code.newLabel();
        code.iload(i).iload(N_AT).if_icmpge(end);
        for (int line = 0; line < values.length; line++) {
            line(line, formula.lines().get(line));
        }
        code.iinc(i, Lanes.COUNT).goto_(begin).labelBinding(end).return_();
    }

    private void addresses() {
        for (int memory = 0; memory < memories.length; memory++) {
            memories[memory] = code.allocateLocal(TypeKind.LONG);
            code.aload(MEMORIES_AT).loadConstant(memory).laload();
            code.lload(START_AT).loadConstant(4L).lmul().ladd().lstore(memories[memory]);
        }
        for (int tile = 0; tile < tiles.length; tile++) {
            tiles[tile] = code.allocateLocal(TypeKind.LONG);
            code.aload(TILES_AT).loadConstant(tile).laload().lstore(tiles[tile]);
        }
    }

    /** What is the same everywhere. */
    private void same() {
        for (int line = 0; line < values.length; line++) {
            if (formula.lines().get(line) instanceof Formula.Number(int number)) {
                number(number);
                store(line);
            } else if (formula.lines().get(line) instanceof Formula.Flag(int number)) {
                number(number);
                compare("NE", () -> all(0));
                store(line);
            }
        }
    }

    private void number(int number) {
        code.aload(NUMBERS_AT).loadConstant(number).faload().invokestatic(LANES, "all", ALL);
    }

    private void line(int line, Line what) {
        switch (what) {
            case Formula.Number _, Formula.Flag _ -> {}
            case Formula.Read(int memory) -> {
                code.lload(memories[memory]).iload(i).invokestatic(LANES, "at", AT);
                store(line);
            }
            case Formula.Write(int memory, int a) -> {
                load(a);
                code.lload(memories[memory]).iload(i).invokestatic(LANES, "put", PUT);
            }
            case Formula.One(var function, int a) -> {
                one(function, a);
                store(line);
            }
            case Formula.Two(var function, int a, int b) -> {
                two(function, a, b);
                store(line);
            }
            case Formula.AsNumbers(int mask) -> {
                all(0);
                blend(() -> all(1), () -> load(mask));
                store(line);
            }
            case Formula.Choose(int mask, int a, int b) -> {
                load(b);
                blend(() -> load(a), () -> load(mask));
                store(line);
            }
            case Formula.Join(var fold, int tile, int a) -> join(fold, tiles[tile], a);
        }
    }

    private void one(Function function, int a) {
        switch (function) {
            case NEGATE -> call(a, "neg");
            case ABS -> call(a, "abs");
            case SQRT -> call(a, "sqrt");
            case RECIPROCAL -> {
                all(1);
                with(a, "div");
            }
            case SIGN -> {
                load(a);
                all(0);
                code.invokevirtual(FLOATS, "add", TWO);
                blend(() -> all(1), () -> compared(a, "GT"));
                blend(() -> all(-1), () -> compared(a, "LT"));
            }
            case NOT -> {
                load(a);
                code.invokevirtual(MASK, "not", NOT);
            }
            case EXP, LOG, RSQRT, TANH, ERF, SIN, COS, FLOOR ->
                throw new IllegalArgumentException(function + " is no instruction");
        }
    }

    private void call(int a, String method) {
        load(a);
        code.invokevirtual(FLOATS, method, ONE);
    }

    private void compared(int a, String comparison) {
        load(a);
        compare(comparison, () -> all(0));
    }

    private void two(Function2 function, int a, int b) {
        load(a);
        switch (function) {
            case ADD -> with(b, "add");
            case SUBTRACT -> with(b, "sub");
            case MULTIPLY -> with(b, "mul");
            case DIVIDE -> with(b, "div");
            case MAXIMUM -> with(b, "max");
            case MINIMUM -> with(b, "min");
            case EQUAL -> compare("EQ", () -> load(b));
            case LESS -> compare("LT", () -> load(b));
            case AND -> {
                load(b);
                code.invokevirtual(MASK, "and", MASKS);
            }
            case OR -> {
                load(b);
                code.invokevirtual(MASK, "or", MASKS);
            }
            case POWER -> throw new IllegalArgumentException(function + " is no instruction");
        }
    }

    private void with(int b, String method) {
        load(b);
        code.invokevirtual(FLOATS, method, TWO);
    }

    /** The running results are a tile, which begins anew with each tile of elements. */
    private void join(Fold fold, int tile, int a) {
        Runnable place =
                () -> code.lload(tile).iload(i).loadConstant(Scratch.TILE - 1).iand();
        place.run();
        code.invokestatic(LANES, "at", AT);
        with(a, fold == Fold.SUM ? "add" : "max");
        place.run();
        code.invokestatic(LANES, "put", PUT);
    }

    private void all(float number) {
        code.loadConstant(number).invokestatic(LANES, "all", ALL);
    }

    private void compare(String comparison, Runnable with) {
        code.getstatic(OPERATORS, comparison, COMPARISON);
        with.run();
        code.invokevirtual(FLOATS, "compare", COMPARE);
    }

    private void blend(Runnable other, Runnable mask) {
        other.run();
        mask.run();
        code.invokevirtual(FLOATS, "blend", BLEND);
    }

    private void load(int line) {
        code.aload(values[line]);
    }

    private void store(int line) {
        values[line] = code.allocateLocal(TypeKind.REFERENCE);
        code.astore(values[line]);
    }
}
