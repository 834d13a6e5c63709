package org.borealis.testkit.backend;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ProviderType;

/** One claim about a backend, to be tried in one or several cases. */
@ProviderType
public final class Check {
    private final BackendKit kit;
    private final Area area;
    private final String op;
    private final String type;
    private final String sentence;
    private final Trial trial;

    /** Tries each case and says how far off it was. */
    interface Trial {
        void run(Check check);
    }

    /** One case. */
    interface Case {
        Measure measure();
    }

    private final List<Verdict> verdicts = new ArrayList<>();

    Check(BackendKit kit, Area area, String op, String type, String sentence, Trial trial) {
        this.kit = kit;
        this.area = area;
        this.op = op;
        this.type = type;
        this.sentence = sentence;
        this.trial = trial;
    }

    /** What it is about. */
    public Area area() {
        return area;
    }

    /** Name of the operation, such as {@code MatMul}; empty if it is about none. */
    public String op() {
        return op;
    }

    /** Element type, such as {@code f32}; empty if it is about none. */
    public String type() {
        return type;
    }

    /** What it claims; no two checks of a kit claim the same. */
    public String sentence() {
        return sentence;
    }

    /** Tries all cases. Whatever the backend throws is a verdict; after a failure the next check gets a fresh device. */
    public List<Verdict> run() {
        verdicts.clear();
        tried("as a whole", () -> {
            trial.run(this);
            return Measure.RIGHT;
        });
        var all = verdicts.size() > 1 && verdicts.getLast().passed()
                ? verdicts.subList(0, verdicts.size() - 1) // the cases say it all
                : verdicts;
        if (!all.stream().allMatch(Verdict::passed)) {
            kit.renew();
        }
        return List.copyOf(all);
    }

    /** Tries one case. */
    void tried(String test, Case tried) {
        Measure measure;
        Optional<Throwable> thrown = Optional.empty();
        try {
            measure = tried.measure();
        } catch (Complaint e) {
            measure = new Measure(0, 0, "", String.valueOf(e.getMessage()));
        } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError | OutOfMemoryError e) {
            measure = new Measure(0, 0, "", "threw " + e);
            thrown = Optional.of(e);
        }
        String complaint = measure.complaint().isEmpty() ? "" : test + ": " + measure.complaint();
        verdicts.add(new Verdict(op, type, test, measure.error(), measure.bound(), measure.unit(), complaint, thrown));
    }

    @Override
    public String toString() {
        return sentence;
    }
}
