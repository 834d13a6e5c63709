package org.borealis.recipe;

import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;
import org.osgi.service.metatype.annotations.Option;

/** Settings of a run that belong to no plug-in. An underscore stands for a step into a section of the recipe. */
@ObjectClassDefinition(pid = "org.borealis.run", name = "Run")
public @interface RunSettings {
    @AttributeDefinition(description = "Name of the run; its folder is runs/NAME")
    String name() default "run";

    @AttributeDefinition(description = "Seed of all randomness: first weights, order of data")
    long seed() default 1234;

    @AttributeDefinition(description = "Optimizer steps of the whole run", min = "1")
    long steps() default 1000;

    @AttributeDefinition(
            description =
                    "Ranks along each axis, such as data=4,tensor=2, the axis that talks most last; empty is a single rank")
    String mesh() default "";

    @AttributeDefinition(description = "Settings of the mesh's axes, such as data.zero=3")
    String[] parallel() default {};

    @AttributeDefinition(
            description =
                    "How ranks sum: fast, or exact, which gives the same bits however many ranks share the batches",
            options = {@Option("fast"), @Option("exact")})
    String reduction() default "fast";

    @AttributeDefinition(
            description =
                    "Seconds after which a rank that does not answer is given up; the first rank has to prepare a text in them",
            min = "1")
    long timeout() default 600;

    @AttributeDefinition(
            description =
                    "What the model computes in and parameters are kept in. With 16 bits the optimizer remembers them in float32 too",
            options = {@Option("float32"), @Option("float64"), @Option("bfloat16"), @Option("float16")})
    String precision() default "float32";

    @AttributeDefinition(
            description =
                    "What gradients are summed, kept and sent in: float32, or the 16 bits of precision; float64 with precision float64",
            options = {@Option("float32"), @Option("bfloat16"), @Option("float16")})
    String gradients() default "float32";

    @AttributeDefinition(
            description = "float16: what the loss is multiplied with at first, so that small gradients do not vanish",
            min = "0.0001")
    double lossScale_initial() default 65536;

    @AttributeDefinition(
            description = "float16: factor of the scale after lossScale.interval steps without overflow",
            min = "1")
    double lossScale_growth() default 2;

    @AttributeDefinition(
            description = "float16: factor of the scale when a gradient overflows; that step is skipped",
            min = "0.0001",
            max = "1")
    double lossScale_backoff() default 0.5;

    @AttributeDefinition(description = "float16: steps without overflow until the scale grows", min = "1")
    long lossScale_interval() default 2000;

    @AttributeDefinition(
            description = "float16: overflows until the scale backs off, counted since it last grew",
            min = "1")
    long lossScale_hysteresis() default 1;

    @AttributeDefinition(
            description = "float16: smallest scale; an overflow there is what nonFinite is for",
            min = "0.0001")
    double lossScale_minimum() default 1;

    @AttributeDefinition(description = "Prefix of the token corpus: PREFIX.bin and PREFIX.idx")
    String data_corpus() default "";

    @AttributeDefinition(description = "Text files that the corpus is prepared from if it is not there yet")
    String[] data_text() default {};

    @AttributeDefinition(
            description =
                    "Vocabulary that is learned from the text if the tokenizer's file is not there yet; 0 learns none",
            min = "0",
            max = "1000000")
    int data_learnVocabulary() default 0;

    @AttributeDefinition(description = "Share of the corpus kept from training for evaluation", min = "0", max = "0.5")
    double data_heldOut() default 0.05;

    @AttributeDefinition(description = "Sequences in a step", min = "1")
    int batch_sequences() default 32;

    @AttributeDefinition(
            description = "Sequences that run at once; a step accumulates sequences/micro of them. 0 means all",
            min = "0")
    int batch_micro() default 0;

    @AttributeDefinition(
            description =
                    "Whether steps have fewer sequences at first: as many more from step to step, or as the gradient noise scale tells",
            options = {@Option("none"), @Option("steps"), @Option("noise")})
    String batch_ramp() default "none";

    @AttributeDefinition(
            description = "With a ramp: sequences of the first step; 0 means as few as the ranks run at once",
            min = "0")
    int batch_start() default 0;

    @AttributeDefinition(description = "With ramp steps: the step from which all have batch.sequences", min = "0")
    long batch_rampSteps() default 0;

    @AttributeDefinition(
            description =
                    "What of the forward pass is computed again for the backward pass, to save memory: nothing, what is cheap, or all but the ends of layers. Results are the same. Or {every: n}",
            options = {@Option("none"), @Option("selective"), @Option("full")})
    String rematerialise() default "none";

    @AttributeDefinition(
            description = "Keeps every n-th layer end only, and computes all in between again; in place of a word",
            min = "1")
    int rematerialise_every() default 0;

    @AttributeDefinition(
            description =
                    "Where what the optimizer remembers is kept between updates: with all else on the device, in memory of the host, or in a file in the run's folder. Results are the same. Or {disk: FOLDER}",
            options = {@Option("none"), @Option("host"), @Option("disk")})
    String offload() default "none";

    @AttributeDefinition(
            description =
                    "Folder of the file with what the optimizer remembers, on a fast local disk; in place of a word")
    String offload_disk() default "";

    @AttributeDefinition(description = "Steps between evaluations; 0 means none", min = "0")
    long evaluate_every() default 100;

    @AttributeDefinition(description = "Micro-batches of held-out data in an evaluation", min = "1")
    int evaluate_batches() default 8;

    @AttributeDefinition(description = "Steps between checkpoints; 0 means only at the end", min = "0")
    long checkpoint_every() default 100;

    @AttributeDefinition(description = "Newest checkpoints that are kept", min = "1")
    int checkpoint_keep() default 3;

    @AttributeDefinition(
            description =
                    "Backend that makes chosen steps a second time, to notice if the run's own is wrong; empty checks none")
    String check_against() default "";

    @AttributeDefinition(description = "Steps between checks; the first step is checked too", min = "1")
    long check_every() default 100;

    @AttributeDefinition(
            description = "Greatest difference of a tensor as a share of its length; 0 takes what fits the precision",
            min = "0")
    double check_bound() default 0;

    @AttributeDefinition(
            description = "What to do when loss or gradient is not finite: stop, or skip that step and go on",
            options = {@Option("stop"), @Option("skip")})
    String nonFinite() default "stop";

    @AttributeDefinition(
            description = "Greatest number of steps in a row that may be skipped before the run stops",
            min = "1")
    int nonFiniteLimit() default 10;

    @AttributeDefinition(
            description = "What to do when a plug-in that the recipe names is not installed: stop, or wait for it",
            options = {@Option("stop"), @Option("wait")})
    String missing() default "stop";

    @AttributeDefinition(description = "Text that the finished model continues, as a sample; empty writes none")
    String sample_prompt() default "";

    @AttributeDefinition(description = "Tokens of the sample", min = "1")
    int sample_tokens() default 120;

    @AttributeDefinition(description = "Randomness of the sample; 0 takes the likeliest token", min = "0")
    double sample_temperature() default 0.8;
}
