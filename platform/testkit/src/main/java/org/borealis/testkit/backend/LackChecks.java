package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.borealis.device.DeviceException;
import org.borealis.device.Slot;
import org.borealis.tensor.DataType;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Constant;
import org.borealis.tensor.Primitive.Convert;
import org.borealis.tensor.Primitive.Fold;
import org.borealis.tensor.Primitive.Function;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.tensor.Primitive.Reduce;
import org.borealis.tensor.Primitive.Select;
import org.borealis.tensor.Primitive.Transpose;
import org.borealis.tensor.Primitive.Unary;
import org.borealis.tensor.ShapeException;
import org.borealis.tensor.TensorType;

/** A lack that is declared has to fail properly: with an error that names operation and type, never with a crash or with numbers. */
record LackChecks(BackendKit kit, CompositeChecks composites) {

    List<Check> all() {
        var checks = new ArrayList<Check>();
        checks.add(new Check(
                kit, Area.LACKS, "", "", "the types that everyone needs are supported", check -> required(check)));
        Arrays.stream(DataType.values())
                .filter(type -> !kit.device().supports(type))
                .forEach(type -> checks.add(deniedType(type)));
        composites
                .types()
                .forEach(type -> composites.of(type).forEach((name, cases) -> {
                    var denied = cases.stream()
                            .filter(test -> !composites.claims(test))
                            .toList();
                    if (!denied.isEmpty()) {
                        checks.add(deniedComposite(name, type, denied));
                    }
                }));
        return checks;
    }

    private void required(Check check) {
        for (var type : List.of(DataType.FLOAT32, DataType.INT32, DataType.INT64, DataType.BOOL)) {
            check.tried(type.label(), () -> {
                Complaint.unless(kit.device().supports(type), type + " has to be supported");
                return Measure.RIGHT;
            });
        }
    }

    private Check deniedType(DataType type) {
        return new Check(
                kit,
                Area.LACKS,
                "",
                type.label(),
                "primitives on " + type.label() + ", which is not supported, are refused",
                check -> refusable(type)
                        .forEach(op -> check.tried(op.label(), () -> refused(op, type, inputs(op, type)))));
    }

    /** One of each kind of kernel. */
    private static Stream<Primitive> refusable(DataType type) {
        var one = TensorType.of(type, 3, 3);
        return Stream.<Primitive>of(
                        new Unary(type == DataType.BOOL ? Function.NOT : Function.SIGN),
                        new Binary(Function2.EQUAL),
                        new Binary(Function2.ADD),
                        new Select(),
                        new Convert(DataType.FLOAT32),
                        new Constant(1, one),
                        new MatMul(false, false),
                        new Reduce(Fold.SUM, 0),
                        new Transpose(List.of(1, 0)))
                .filter(op -> takes(op, inputs(op, type)));
    }

    private static boolean takes(Op op, List<TensorType> inputs) {
        try {
            op.infer(inputs);
            return true;
        } catch (ShapeException e) {
            return false;
        }
    }

    private static List<TensorType> inputs(Op op, DataType type) {
        var one = TensorType.of(type, 3, 3);
        return switch (op) {
            case Constant _ -> List.of();
            case Binary _, MatMul _ -> List.of(one, one);
            case Select _ -> List.of(one.as(DataType.BOOL), one, one);
            default -> List.of(one);
        };
    }

    private Check deniedComposite(String name, DataType type, List<OpCase> cases) {
        return new Check(
                kit,
                Area.LACKS,
                name,
                type.label(),
                name + " on " + type.label() + " is refused where it is not claimed",
                check -> cases.forEach(test -> check.tried(
                        test.toString(), () -> refused(test.op(), named(test.types(), type), test.types()))));
    }

    /** The type that a refusal has to name: of what works on integers alone, theirs. */
    private static DataType named(List<TensorType> inputs, DataType wanted) {
        return inputs.stream().anyMatch(in -> in.type() == wanted)
                ? wanted
                : inputs.get(0).type();
    }

    private Measure refused(Op op, DataType type, List<TensorType> types) {
        var device = kit.device();
        var slots = new ArrayList<Slot>();
        try {
            var inputs = types.stream()
                    .map(in -> Slot.allocate(device, in))
                    .peek(slots::add)
                    .toList();
            var outputs = op.infer(types).stream()
                    .map(out -> Slot.allocate(device, out))
                    .peek(slots::add)
                    .toList();
            device.bind(op, inputs, outputs).close();
            throw new Complaint("was bound, though the device says that it does not take it");
        } catch (DeviceException e) {
            requireNames(e, op, type);
            return Measure.RIGHT;
        } finally {
            slots.forEach(slot -> slot.buffer().close());
        }
    }

    private static void requireNames(DeviceException refusal, Op op, DataType type) {
        String message = String.valueOf(refusal.getMessage());
        String name = op.label().replaceFirst("\\(.*", "");
        boolean namesType = message.contains(type.label())
                || message.toLowerCase(Locale.ROOT).contains(type.name().toLowerCase(Locale.ROOT));
        Complaint.unless(
                message.contains(name) && namesType,
                "was refused, but the message does not name both " + name + " and " + type.label() + ": " + message);
    }
}
