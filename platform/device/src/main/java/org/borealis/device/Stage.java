package org.borealis.device;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.borealis.tensor.Program;
import org.osgi.annotation.versioning.ProviderType;

/**
 * A part of a forward program: some of its layers. What the part before computed comes in, and what the part behind needs goes out.
 *
 * @param program its inputs are those of the whole program that the part uses, then what comes in
 * @param incoming names of inputs that are the part before's outputs of these names; empty for the first part
 * @param outgoing names of all outputs; those of the last part are the whole program's
 */
@ProviderType
public record Stage(Program program, List<String> incoming, List<String> outgoing) {
    public Stage {
        incoming = List.copyOf(incoming);
        outgoing = List.copyOf(outgoing);
    }

    /** Name of the gradient of a value that crosses from part to part, of an output, or of an input. */
    public static String gradient(String name) {
        return "gradient." + name;
    }

    /** Whether the part uses an input of the whole program. */
    public boolean uses(String input) {
        return program.inputs().stream().anyMatch(i -> i.name().equals(input));
    }

    /** By name, the inputs of the whole program that several parts use, with the numbers of these parts. */
    public static Map<String, List<Integer>> shared(List<Stage> stages) {
        var users = new LinkedHashMap<String, List<Integer>>();
        for (int part = 0; part < stages.size(); part++) {
            var stage = stages.get(part);
            for (var input : stage.program().inputs()) {
                if (!stage.incoming().contains(input.name())) {
                    users.computeIfAbsent(input.name(), _ -> new ArrayList<>()).add(part);
                }
            }
        }
        return users.entrySet().stream()
                .filter(entry -> entry.getValue().size() > 1)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> List.copyOf(entry.getValue()), (a, _) -> a, LinkedHashMap::new));
    }
}
