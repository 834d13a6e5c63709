package org.borealis.conformance;

import java.util.LinkedHashMap;
import java.util.Map;
import org.borealis.command.Diagnosis;
import org.borealis.tensor.BorealisException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;

/** The last verdict on each installed backend, for {@code borealis doctor}. */
@Component
public final class ConformanceDiagnosis implements Diagnosis {
    private final InstalledBackends backends;

    @Activate
    public ConformanceDiagnosis(@Reference InstalledBackends backends) {
        this.backends = backends;
    }

    @Override
    public String subject() {
        return "conformance";
    }

    @Override
    public Map<String, String> findings() {
        var findings = new LinkedHashMap<String, String>();
        var files = VerdictFiles.ofUser();
        backends.all().forEach((name, installed) -> findings.put(name, finding(files, name, installed)));
        return findings;
    }

    static String finding(VerdictFiles files, String name, Installed installed) {
        String command = "borealis conformance --backend " + name;
        try {
            return files.read(name)
                    .map(verdict -> told(verdict) + changed(verdict, installed, command))
                    .orElse("never run: " + command);
        } catch (BorealisException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private static String told(LastVerdict verdict) {
        return (verdict.failed() == 0
                        ? "all " + verdict.passed() + " cases passed"
                        : verdict.failed() + " of " + (verdict.passed() + verdict.failed()) + " cases FAILED")
                + " on " + verdict.date().toString().substring(0, 10) + ", " + verdict.device();
    }

    private static String changed(LastVerdict verdict, Installed installed, String command) {
        boolean isSame = verdict.origin().equals(installed.origin())
                && (verdict.fingerprint().isEmpty()
                        || installed.fingerprint().isEmpty()
                        || verdict.fingerprint().equals(installed.fingerprint()));
        return isSame
                ? ""
                : "; the bundle has changed since, from " + verdict.origin() + " to " + installed.origin() + ": "
                        + command;
    }
}
