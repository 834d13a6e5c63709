package org.borealis.conformance;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.borealis.testkit.backend.Check;
import org.borealis.testkit.backend.Verdict;

/** What a run of the kit came to, for people and for scripts. */
record Report(LastVerdict summary, boolean isWhole, Map<String, Object> settings, List<Outcome> outcomes) {
    private static final int MOST_COMPLAINTS = 5;

    static Report of(
            String backend,
            Installed installed,
            String device,
            Instant date,
            boolean isWhole,
            Map<String, Object> settings,
            List<Outcome> outcomes) {
        long failed = outcomes.stream()
                .mapToLong(outcome -> outcome.failures().size())
                .sum();
        long cases = outcomes.stream()
                .mapToLong(outcome -> outcome.verdicts().size())
                .sum();
        var summary = new LastVerdict(
                backend, installed.origin(), installed.fingerprint(), device, date, cases - failed, failed);
        return new Report(summary, isWhole, settings, outcomes);
    }

    String text() {
        var table = new Table("CHECK", "TYPE", "CASES", "WORST", "BOUND", "UNIT", "VERDICT");
        for (var outcome : outcomes) {
            var check = outcome.check();
            var worst = outcome.worst();
            boolean isMeasured = !worst.unit().isEmpty();
            table.row(
                    title(check),
                    check.type(),
                    Integer.toString(outcome.verdicts().size()),
                    isMeasured ? brief(worst.error()) : "",
                    isMeasured ? brief(worst.bound()) : "",
                    worst.unit(),
                    outcome.passed() ? "pass" : "FAIL");
        }
        var text = new StringBuilder(table.toString());
        outcomes.stream().filter(outcome -> !outcome.passed()).forEach(outcome -> complain(outcome, text));
        return text.append(System.lineSeparator())
                .append(summary.sentence(isWhole))
                .append(System.lineSeparator())
                .toString();
    }

    /** The type has a column of its own. */
    private static String title(Check check) {
        return switch (check.area()) {
            case PRIMITIVES, COMPOSITES -> check.op();
            case GRADIENTS -> "gradient of " + check.op();
            case LACKS, MEMORY, MANNERS -> check.sentence();
        };
    }

    private static void complain(Outcome outcome, StringBuilder text) {
        var failures = outcome.failures();
        text.append(System.lineSeparator())
                .append("Not so: ")
                .append(outcome.check().sentence())
                .append(System.lineSeparator());
        failures.stream()
                .limit(MOST_COMPLAINTS)
                .forEach(
                        failure -> text.append("  ").append(failure.complaint()).append(System.lineSeparator()));
        if (failures.size() > MOST_COMPLAINTS) {
            text.append("  and ")
                    .append(failures.size() - MOST_COMPLAINTS)
                    .append(" more cases; --json has them all")
                    .append(System.lineSeparator());
        }
    }

    private static String brief(double number) {
        return number == Math.rint(number) && Math.abs(number) < 1e6
                ? Long.toString((long) number)
                : String.format(Locale.ROOT, "%.3g", number);
    }

    Map<String, Object> json() {
        var json = new LinkedHashMap<>(summary.json());
        json.put("whole", isWhole);
        json.put("settings", settings);
        json.put("checks", outcomes.stream().map(Report::json).toList());
        return json;
    }

    private static Map<String, Object> json(Outcome outcome) {
        var check = outcome.check();
        var worst = outcome.worst();
        var json = new LinkedHashMap<String, Object>();
        json.put("area", check.area().name().toLowerCase(Locale.ROOT));
        json.put("check", check.sentence());
        json.put("op", check.op());
        json.put("type", check.type());
        json.put("cases", outcome.verdicts().size());
        json.put("worst", worst.error());
        json.put("bound", worst.bound());
        json.put("unit", worst.unit());
        json.put("passed", outcome.passed());
        json.put(
                "complaints",
                outcome.failures().stream().map(Verdict::complaint).toList());
        return json;
    }
}
