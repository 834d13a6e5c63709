package org.borealis.recipes;

import java.util.List;
import java.util.Optional;
import org.borealis.recipe.Contract;

/** The plug-ins that a recipe can choose from at this moment. */
interface Catalogue {
    /** Sorted. */
    List<String> names(Contract<?> contract);

    /** What the plug-in lets a recipe set; empty if there is no such plug-in. */
    Optional<Schema> schema(Contract<?> contract, String name);

    /** Says which plug-in is missing and what there is instead. */
    default String missing(Contract<?> contract, String name) {
        var names = names(contract);
        String hint = Spelling.hint(name, names);
        String installed = names.isEmpty() ? "none is" : String.join(", ", names);
        return "no " + contract.section() + " '" + name + "' is installed" + (hint.isEmpty() ? ". " : hint + " ")
                + "Installed: " + installed + ". To add one, drop its bundle into plugins/";
    }
}
