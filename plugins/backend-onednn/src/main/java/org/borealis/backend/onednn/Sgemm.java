package org.borealis.backend.onednn;

import org.borealis.device.DeviceException;
import org.bytedeco.dnnl.global.dnnl;

/** Products of float32 matrices at addresses, on the thread that asks; used by one at a time. */
final class Sgemm {
    private final Place left = new Place();
    private final Place right = new Place();
    private final Place result = new Place();

    /** result [m, n] = factor * left [m, k] * right [k, n] + keep * result; pitches are distances from row to row in memory. */
    void run(
            boolean transposeLeft,
            boolean transposeRight,
            long m,
            long n,
            long k,
            float factor,
            long a,
            long pitchA,
            long b,
            long pitchB,
            float keep,
            long c,
            long pitchC) {
        int status = dnnl.dnnl_sgemm(
                (byte) (transposeLeft ? 'T' : 'N'),
                (byte) (transposeRight ? 'T' : 'N'),
                m,
                n,
                k,
                factor,
                left.at(a),
                pitchA,
                right.at(b),
                pitchB,
                keep,
                result.at(c),
                pitchC);
        if (status != dnnl.dnnl_success) {
            throw new DeviceException(
                    "onednn", "sgemm [" + m + ", " + k + "] x [" + k + ", " + n + "] failed with status " + status);
        }
    }
}
