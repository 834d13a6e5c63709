package org.borealis.conformance;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the whole kit last said of a backend.
 *
 * @param origin name and version of its bundle
 * @param fingerprint of the bundle's content; empty if it could not be read
 */
record LastVerdict(
        String backend, String origin, String fingerprint, String device, Instant date, long passed, long failed) {

    Map<String, Object> json() {
        var json = new LinkedHashMap<String, Object>();
        json.put("backend", backend);
        json.put("origin", origin);
        json.put("fingerprint", fingerprint);
        json.put("device", device);
        json.put("date", date.toString());
        json.put("passed", passed);
        json.put("failed", failed);
        return json;
    }

    /** For the end of a report, of the whole kit or a part. */
    String sentence(boolean isWhole) {
        long cases = passed + failed;
        String claim = isWhole ? "conforms: " : "passes this part of the kit: ";
        return failed == 0
                ? "backend " + backend + " " + claim + "all " + cases + " cases are right, on " + device + "."
                : "backend " + backend + " does not conform: " + failed + " of " + cases + " cases fail, on " + device
                        + ".";
    }
}
