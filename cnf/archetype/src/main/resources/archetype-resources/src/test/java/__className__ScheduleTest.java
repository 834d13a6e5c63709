package ${package};

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import org.borealis.testkit.RateScheduleConformance;
import org.borealis.testkit.Settings;
import org.borealis.train.RateSchedule;
import org.borealis.train.RateSchedule.Position;
import org.junit.jupiter.api.Test;

final class ${className}ScheduleTest extends RateScheduleConformance {
    @Override
    protected RateSchedule schedule() {
        return new ${className}Schedule(Settings.of(${className}Schedule.Config.class, Map.of("warmup", 100)));
    }

    @Test
    void itRisesAndFalls() {
        assertEquals(0.5, schedule().factor(new Position(50, 1000, 0, 0)));
        assertEquals(1, schedule().factor(new Position(100, 1000, 0, 0)));
        assertEquals(0.5, schedule().factor(new Position(400, 1000, 0, 0)));
    }
}
