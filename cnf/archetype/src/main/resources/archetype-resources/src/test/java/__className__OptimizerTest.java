package ${package};

import java.util.Map;
import org.borealis.testkit.OptimizerConformance;
import org.borealis.testkit.Settings;
import org.borealis.train.Optimizer;

final class ${className}OptimizerTest extends OptimizerConformance {
    @Override
    protected Optimizer optimizer() {
        return new ${className}Optimizer(Settings.of(${className}Optimizer.Config.class, Map.of("rate", 0.01)));
    }
}
