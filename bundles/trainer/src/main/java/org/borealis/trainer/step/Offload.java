package org.borealis.trainer.step;

import java.util.Optional;
import java.util.function.UnaryOperator;
import org.borealis.recipe.RunSettings;

/** Where what an optimizer remembers is kept between updates, so that the device has room for other things. */
public sealed interface Offload {
    /** On the device. */
    Offload NONE = new None();

    /** As the recipe has it. */
    static Offload of(RunSettings settings) {
        if (!settings.offload_disk().isEmpty()) {
            return new Disk(settings.offload_disk());
        }
        return switch (settings.offload()) {
            case "host" -> new Host();
            case "disk" -> new Disk("${run}");
            default -> NONE;
        };
    }

    /** The same in a folder whose name is put right first. */
    default Offload in(UnaryOperator<String> folder) {
        return this instanceof Disk(var written) ? new Disk(folder.apply(written)) : this;
    }

    /** What is told of it beside {@code optimizer}, such as {@code disk}. */
    default Optional<String> place() {
        return switch (this) {
            case None _ -> Optional.empty();
            case Host _ -> Optional.of("host");
            case Disk _ -> Optional.of("disk");
        };
    }

    /** Whether it is anywhere but on the device. */
    default boolean isElsewhere() {
        return !(this instanceof None);
    }

    /** See {@link #NONE}. */
    record None() implements Offload {}

    /** In memory of the host. */
    record Host() implements Offload {}

    /**
     * In a file that only this process sees, gone with it.
     *
     * @param folder that need not be there
     */
    record Disk(String folder) implements Offload {}
}
