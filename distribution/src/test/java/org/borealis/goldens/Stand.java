package org.borealis.goldens;

import java.util.Map;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.backend.torch.TorchBackend;
import org.borealis.device.Backend;
import org.borealis.tensor.DataType;
import org.borealis.testkit.Settings;

/**
 * Where a golden model runs, and how near it has to come.
 *
 * <p>Tolerances are those that the golden data's README suggests: in float64 1e-11; in float32 2e-5 on logits, 1e-5 on losses, and 1e-4
 * relative on gradients.
 */
enum Stand {
    REFERENCE_FLOAT64(DataType.FLOAT64, 1e-11, 1e-11, 1e-11),
    REFERENCE_FLOAT32(DataType.FLOAT32, 2e-5, 1e-5, 1e-4),
    TORCH_FLOAT64(DataType.FLOAT64, 1e-11, 1e-11, 1e-11),
    TORCH_FLOAT32(DataType.FLOAT32, 2e-5, 1e-5, 1e-4);

    final DataType type;
    final double logits;
    final double loss;
    final double gradient;

    Stand(DataType type, double logits, double loss, double gradient) {
        this.type = type;
        this.logits = logits;
        this.loss = loss;
        this.gradient = gradient;
    }

    Backend backend() {
        return switch (this) {
            case REFERENCE_FLOAT64, REFERENCE_FLOAT32 -> new ReferenceBackend();
            case TORCH_FLOAT64, TORCH_FLOAT32 -> new TorchBackend(Settings.of(TorchBackend.Config.class, Map.of()));
        };
    }
}
