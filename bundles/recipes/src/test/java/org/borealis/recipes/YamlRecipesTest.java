package org.borealis.recipes;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.recipe.Contract;
import org.borealis.recipe.Recipe;
import org.borealis.recipe.Section;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.Test;

final class YamlRecipesTest {
    private static final String SMALL = """
            name: 007
            steps: 1e3
            backend: torch
            model: {family: gpt, layers: 2, rotary: yarn, rotary.theta: 1e6}
            batch:
              sequences: 8
            data: {text: [a.txt, b.txt]}
            evaluate:
              # every: 10
            optimizer: {name: adamw, rate: 3e-4, betas: [0.9, 1], weightDecay: 0}
            """;

    private final YamlRecipes recipes = new YamlRecipes(new RecipeFiles(Optional.empty()), new FewPlugins());

    private Recipe read(String yaml, String... overrides) {
        return recipes.parse(yaml, "r.yaml", List.of(overrides));
    }

    private BorealisException refused(String yaml, String... overrides) {
        return assertThrows(BorealisException.class, () -> read(yaml, overrides));
    }

    private void says(String message, String yaml, String... overrides) {
        assertEquals(message, refused(yaml, overrides).getMessage());
    }

    @Test
    void aRecipeIsTypedAndComplete() {
        var recipe = read(SMALL);
        var settings = recipes.settings(recipe);
        assertEquals("007", settings.name());
        assertEquals(1000, settings.steps());
        assertEquals(8, settings.batch_sequences());
        assertEquals(100, settings.evaluate_every());
        assertArrayEquals(new String[] {"a.txt", "b.txt"}, settings.data_text());
        assertArrayEquals(new String[0], recipes.settings(read("")).data_text());
        assertEquals(0.05, recipe.run().get("data.heldOut"));
        assertEquals(new Section("torch", Map.of("threads", 0)), recipe.section(Contract.BACKEND));
        assertEquals(
                new Section("adamw", Map.of("rate", 3e-4, "betas", List.of(0.9, 1.0), "weightDecay", 0.0)),
                recipe.section(Contract.OPTIMIZER));
        assertEquals(1e6, recipe.section(Contract.MODEL).settings().get("rotary.theta"));
    }

    @Test
    void groupsOfAnOptimizerHaveItsSettingsOrThoseOfAnother() {
        var yaml = """
                optimizer:
                  name: adamw
                  rate: 0.5
                  groups:
                    - {match: "*.norm.*", weightDecay: 0}
                    - match: layers.*
                      name: sgd
                """;
        var section = read(yaml).section(Contract.OPTIMIZER);
        assertEquals(
                List.of("*.norm.*", "layers.*"),
                section.groups().stream().map(Section.Group::match).toList());
        var first = section.groups().get(0).section();
        assertEquals("adamw", first.name());
        assertEquals(0.5, first.settings().get("rate"));
        assertEquals(0.0, first.settings().get("weightDecay"));
        assertEquals("sgd", section.groups().get(1).section().name());
        assertEquals(section, read(recipes.write(read(yaml))).section(Contract.OPTIMIZER));
        assertEquals(
                0.25,
                read(yaml, "optimizer.groups.1.rate=0.25")
                        .section(Contract.OPTIMIZER)
                        .groups()
                        .get(1)
                        .section()
                        .settings()
                        .get("rate"));
    }

    @Test
    void aGroupThatIsWrongIsNamedWithItsPlace() {
        says(
                "r.yaml:1: 'optimizer.groups.0' must say which parameters it is for, as in {match: \"*.norm.*\"}",
                "optimizer: {name: adamw, groups: [{weightDecay: 0}]}");
        says(
                "r.yaml:1: optimizer 'adamw' has no setting 'decay'. Its settings: rate, betas, weightDecay.",
                "optimizer: {name: adamw, groups: [{match: a, decay: 0}]}");
        says(
                "r.yaml:1: the list 'optimizer.groups' must hold plain values, or sections and nothing else",
                "optimizer: {name: adamw, groups: [{match: a}, b]}");
        assertEquals(
                "plugin-missing",
                refused("optimizer: {name: adamw, groups: [{match: a, name: muon}]}")
                        .code());
        assertEquals(
                "recipe-value",
                refused("optimizer: {name: adamw, groups: [{match: a, clip: 1}]}")
                        .code());
    }

    @Test
    void theEmptyRecipeIsAllDefaults() {
        assertEquals(read("# nothing"), read(""));
        assertEquals(1000L, read("").run().get("steps"));
        assertTrue(read("").sections().isEmpty());
    }

    @Test
    void overridesWinInTheirOrder() {
        var recipe =
                read(SMALL, "steps=5", "optimizer.betas=[0.5, 0.6]", "steps=6", "sample.prompt=ROMEO: ho #1", "name=");
        assertEquals(6L, recipe.run().get("steps"));
        assertEquals("ROMEO: ho #1", recipe.run().get("sample.prompt"));
        assertEquals("", recipe.run().get("name"));
        assertEquals(
                List.of(0.5, 0.6), recipe.section(Contract.OPTIMIZER).settings().get("betas"));
    }

    @Test
    void anOverriddenNameLeavesBehindWhatTheNewPluginDoesNotHave() {
        for (String override : List.of("optimizer=sgd", "optimizer.name=sgd", "optimizer={name: sgd}")) {
            var recipe = read(SMALL, override, "backend=reference");
            assertEquals(
                    new Section("sgd", Map.of("rate", 1e-3, "nesterov", false)), recipe.section(Contract.OPTIMIZER));
            assertEquals(new Section("reference", Map.of()), recipe.section(Contract.BACKEND));
        }
    }

    @Test
    void anotherOptimizerTakesItsOwnSettingsUnlessTheCommandLineGivesThem() {
        assertEquals(1e-3, rate("optimizer=sgd"));
        assertEquals(0.5, rate("optimizer=sgd", "optimizer.rate=0.5"));
        assertEquals(0.5, rate("optimizer={name: sgd, rate: 0.5}"));
        assertEquals(3e-4, rate("optimizer=adamw"), "the same one keeps what the recipe says");
    }

    private Object rate(String... overrides) {
        return read(SMALL, overrides).section(Contract.OPTIMIZER).settings().get("rate");
    }

    @Test
    void whatTheCommandLineItselfSaysIsNeverLeftOut() {
        says(
                "--set optimizer.weightDecay=1: optimizer 'sgd' has no setting 'weightDecay'. Its settings: rate, nesterov.",
                SMALL,
                "optimizer.weightDecay=1",
                "optimizer=sgd");
        assertEquals(
                "recipe-key",
                refused("optimizer: {name: sgd, betas: [1]}", "optimizer=sgd").code());
    }

    @Test
    void anUnknownKeyIsNamedWithItsPlaceAndTheNearestOne() {
        says(
                "r.yaml:2: optimizer 'adamw' has no setting 'weight_decay'; did you mean 'weightDecay'? "
                        + "Its settings: rate, betas, weightDecay.",
                "optimizer:\n  {weight_decay: 1, name: adamw}");
        says(
                "r.yaml:3: a recipe has no key 'batch.micor'; did you mean 'batch.micro'? "
                        + "Keys of 'batch': batch.sequences, batch.micro, batch.ramp, batch.start, batch.rampSteps.",
                "name: x\nbatch:\n  micor: 3");
        var head = refused("optimiser: {name: adamw, rate: 1}").getMessage();
        assertTrue(
                head.startsWith(
                        "r.yaml:1: a recipe has no key 'optimiser'; did you mean 'optimizer'? Its keys: backend, "),
                head);
        says(
                "--set batch=3: a recipe has no key 'batch'. Keys of 'batch': batch.sequences, batch.micro, batch.ramp, batch.start, batch.rampSteps.",
                "",
                "batch=3");
    }

    @Test
    void aWrongValueIsToldWhatWasWanted() {
        says(
                "r.yaml:1: 'optimizer.rate' must be a number from 0 to 10 (Learning rate per step; default 1e-3), but is 'fast'",
                "optimizer: {name: adamw, rate: fast}");
        says(
                "--set steps=1.5: 'steps' must be a whole number of at least 1 "
                        + "(Optimizer steps of the whole run; default 1000), but is '1.5'",
                "",
                "steps=1.5");
        says(
                "r.yaml:1: 'precision' must be one of float32, float64, bfloat16, float16 "
                        + "(What the model computes in and parameters are kept in. With 16 bits the optimizer remembers them in float32 too; default float32), but is 'float23'; did you mean 'float32'?",
                "precision: float23");
        says(
                "r.yaml:1: 'optimizer.betas' must be a list of numbers (default [0.9, 0.95]), but is '[0.9, x]'",
                "optimizer: {name: adamw, betas: [0.9, x]}");
        says(
                "r.yaml:2: 'backend.threads' must be a whole number from -2147483648 to 2147483647 (default 0), but is '3000000000'",
                "backend:\n  threads: 3000000000\n  name: torch");
        says(
                "r.yaml:1: 'optimizer.nesterov' must be true or false (default false), but is 'yes'",
                "optimizer: {name: sgd, nesterov: yes}");
        says(
                "r.yaml:1: 'name' must be a text (Name of the run; its folder is runs/NAME; default run), "
                        + "but is '[a]'",
                "name: [a]");
        says(
                "r.yaml:1: 'seed' must be a whole number (Seed of all randomness: first weights, order of data; default 1234), "
                        + "but has no value; remove the line to get the default",
                "seed:");
    }

    @Test
    void numbersThatAreNoneAreRefused() {
        for (String number : List.of(".nan", ".inf", "-.inf", "1e999", "0x1.8", "1_000", "١")) {
            assertEquals(
                    "recipe-value",
                    refused("optimizer: {name: adamw, weightDecay: " + number + "}")
                            .code(),
                    number);
        }
        assertEquals("recipe-value", refused("steps: 100000000000000000000").code());
        assertEquals("recipe-value", refused("steps: 1e300").code());
    }

    @Test
    void everythingThatIsWrongIsToldAtOnce() {
        var refused = refused("steps: x\nbatch: {micro: -1}\noptimizer: {rate: 1}");
        assertEquals("recipe-value", refused.code());
        String message = refused.getMessage();
        assertEquals(4, message.lines().count(), message);
        assertTrue(message.startsWith("3 things are wrong:\n  r.yaml:1: 'steps' must be"), message);
        assertTrue(
                message.endsWith("r.yaml:3: the section 'optimizer' must say which one to use, as in "
                        + "'optimizer: {name: NAME}'. Installed: adamw, sgd."),
                message);
    }

    @Test
    void aWordOrAFolderSaysWhereWhatTheOptimizerRemembersIsKept() throws Exception {
        assertEquals("host", recipes.settings(read("offload: host")).offload());
        assertEquals(
                "/scratch/run",
                recipes.settings(read("offload: {disk: /scratch/run}")).offload_disk());
        assertTrue(refused("offload: tape").getMessage().contains("offload"));
    }

    @Test
    void aSettingMayBeAWordOrASection() {
        assertEquals("full", recipes.settings(read("rematerialise: full")).rematerialise());
        assertEquals(2, recipes.settings(read("rematerialise: {every: 2}")).rematerialise_every());
        assertEquals(3, recipes.settings(read("", "rematerialise={every: 3}")).rematerialise_every());
        var every = read("rematerialise: {every: 2}");
        assertEquals(every, read(recipes.write(every)));
        says(
                "r.yaml:2: 'rematerialise.every' is '2', but 'rematerialise' is 'full' (r.yaml:1); give one of the two",
                "rematerialise: full\nrematerialise.every: 2");
        says(
                "r.yaml:1: a recipe has no key 'rematerialise.evry'; did you mean 'rematerialise.every'? "
                        + "Keys of 'rematerialise': rematerialise, rematerialise.every.",
                "rematerialise: {evry: 2}");
        assertTrue(refused("rematerialise: all").getMessage().contains("must be one of none, selective, full ("));
        assertTrue(refused("rematerialise: {every: -1}").getMessage().contains("must be a whole number of at least 1"));
    }

    @Test
    void theCommandLineReplacesTheOtherSpelling() {
        var full = read("rematerialise: {every: 2}", "rematerialise=full");
        assertEquals("full", full.run().get("rematerialise"));
        assertEquals(0, full.run().get("rematerialise.every"));
        var none = read(recipes.write(read("rematerialise: {every: 2}")), "rematerialise=none");
        assertEquals(0, none.run().get("rematerialise.every"));
        var every = read("rematerialise: full", "rematerialise.every=4");
        assertEquals("none", every.run().get("rematerialise"));
        assertEquals(4, every.run().get("rematerialise.every"));
    }

    @Test
    void aRequiredSettingIsAskedFor() {
        says("the recipe must give 'tokenizer.path' to tokenizer 'file': a text", "tokenizer: file");
        assertEquals(
                "a/b",
                read("tokenizer: {name: file, path: a/b}")
                        .section(Contract.TOKENIZER)
                        .settings()
                        .get("path"));
    }

    @Test
    void aMissingPluginIsNamedWithItsPlace() {
        var missing = refused("name: x\noptimizer: {name: sdg, nesterov: 3}");
        assertEquals("plugin-missing", missing.code());
        assertEquals(
                "r.yaml:2: no optimizer 'sdg' is installed; did you mean 'sgd'? Installed: adamw, sgd. To add one, drop "
                        + "its bundle into plugins/, or let the run wait for it with 'missing: wait'.",
                missing.getMessage());
    }

    @Test
    void aWaitingRecipeKeepsWhatCannotBeCheckedYet() {
        var recipe = read("missing: wait\noptimizer: {name: muon, rate: 2e-2, order: 5, on: [true, x]}");
        var settings = Map.<String, Object>of("rate", 0.02, "order", 5L, "on", List.of(true, "x"));
        assertEquals(new Section("muon", settings), recipe.section(Contract.OPTIMIZER));
        assertEquals(recipe, read(recipes.write(recipe)));
        assertEquals(
                "recipe-value",
                refused("missing: wait\noptimizer: {name: adamw, rate: 11}").code());
        assertEquals(
                "recipe-value",
                refused("missing: wait\noptimizer: {name: muon, rate: }").code());
    }

    @Test
    void aPluginToWaitForGetsNothingOfTheOneThatItReplaces() {
        var adamw = "missing: wait\noptimizer: {name: adamw, rate: 2e-2, weightDecay: 0.1}";
        var recipe = read(adamw, "optimizer=muon", "optimizer.order=5");
        assertEquals(new Section("muon", Map.of("order", 5L)), recipe.section(Contract.OPTIMIZER));
    }

    @Test
    void aWrittenRecipeReadsBackTheSame() {
        var recipe = read(SMALL, "sample.prompt=\"a\\nb: \\\"c\\\" # \\u2028 \\U0001F600 \\a\"");
        String yaml = recipes.write(recipe);
        assertEquals(recipe, read(yaml));
        assertEquals(yaml, recipes.write(read(yaml)));
        assertTrue(yaml.startsWith("name: \"007\"\nseed: 1234\nsteps: 1000\n"), yaml);
        assertTrue(yaml.contains("\nbatch:\n  sequences: 8\n  micro: 0\n"), yaml);
        assertTrue(
                yaml.contains("\nmodel:\n  family: gpt\n  layers: 2\n  rotary: yarn\n  rotary.theta: 1000000.0\n"),
                yaml);
        assertTrue(
                yaml.endsWith("optimizer:\n  name: adamw\n  rate: 3.0e-4\n  betas: [0.9, 1.0]\n  weightDecay: 0.0\n"),
                yaml);
    }

    @Test
    void textsThatLookLikeSomethingElseReadBackAsTexts() {
        var texts = List.of(
                "", " ", "true", "null", "~", "1", "3e-4", "0x1", ".5", "-", "- a", "a: b", "a #b", "{", "[a", "*a",
                "&a", "!a", "|", "yes", "'", "\"", "\\", "\t", "\r\n", "é", "\u0007", "\u0085", "\ufeff", "%a", "@",
                "`", "<<", "=", "---", "...");
        for (String text : texts) {
            var recipe = new Recipe(
                    Map.of("name", text),
                    Map.of("optimizer", new Section("muon", Map.of("list", List.of(text, text)))));
            var back = read(recipes.write(recipe), "missing=wait");
            assertEquals(text, back.run().get("name"));
            assertEquals(
                    List.of(text, text),
                    back.section(Contract.OPTIMIZER).settings().get("list"));
        }
    }
}
