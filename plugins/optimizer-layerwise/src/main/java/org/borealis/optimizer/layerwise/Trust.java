package org.borealis.optimizer.layerwise;

import org.borealis.tensor.Tensor;

/** The factor that makes a step as long as something else. */
final class Trust {
    private Trust() {}

    /** One norm by the other; 1 if either is 0. */
    static Tensor ratio(Tensor wanted, Tensor norm) {
        var none = norm.scalar(0);
        var has = none.less(wanted).and(none.less(norm));
        var divisor = has.select(norm, norm.scalar(1));
        return has.select(wanted.dividedBy(divisor), norm.scalar(1));
    }
}
