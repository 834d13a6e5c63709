package org.borealis.trainer.step;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.stream.Stream;
import org.borealis.testkit.Goldens;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class LossScaleTest {
    /** torch.amp.GradScaler as it comes. */
    private static final LossScale.Rule TORCH = new LossScale.Rule(65536, 2, 0.5, 2000, 1, 1);

    @TestFactory
    Stream<DynamicTest> scalesAreThoseOfMegatron() {
        var goldens = Goldens.of("dynamic_grad_scaler.json", json -> json.has("cases"));
        assertFalse(goldens.isEmpty());
        return goldens.stream()
                .flatMap(golden -> golden.json().path("cases").valueStream())
                .map(given -> DynamicTest.dynamicTest(given.path("args").toString(), () -> follow(given)));
    }

    private static void follow(JsonNode given) {
        var arguments = given.path("args");
        var rule = new LossScale.Rule(
                arguments.path("initial_scale").asDouble(),
                arguments.path("growth_factor").asDouble(),
                arguments.path("backoff_factor").asDouble(),
                arguments.path("growth_interval").asLong(),
                arguments.path("hysteresis").asLong(),
                arguments.path("min_scale").asDouble());
        var scale = rule.begin();
        for (int step = 0; step < given.path("found_inf").size(); step++) {
            scale = rule.next(scale, given.path("found_inf").path(step).asBoolean());
            var wanted = given.path("trace").path(step);
            assertEquals(
                    new LossScale(
                            wanted.path(0).asDouble(),
                            wanted.path(1).asLong(),
                            wanted.path(2).asLong()),
                    scale,
                    "step " + step);
        }
    }

    @Test
    void anOverflowHalvesTheScaleAndTwoThousandGoodStepsDoubleIt() {
        var scale = TORCH.next(TORCH.begin(), true);
        assertEquals(32768, scale.scale());
        for (int i = 0; i < 1999; i++) {
            scale = TORCH.next(scale, false);
        }
        assertEquals(32768, scale.scale());
        assertEquals(65536, TORCH.next(scale, false).scale());
        assertEquals(16384, TORCH.next(scale, true).scale());
    }

    @Test
    void theScaleFallsNoFurtherThanItsMinimum() {
        var scale = TORCH.begin();
        for (int i = 0; i < 16; i++) {
            assertTrue(TORCH.canBackOff(scale));
            scale = TORCH.next(scale, true);
        }
        assertEquals(1, scale.scale());
        assertFalse(TORCH.canBackOff(scale));
        assertEquals(1, TORCH.next(scale, true).scale());
    }
}
