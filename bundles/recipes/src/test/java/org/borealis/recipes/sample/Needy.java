package org.borealis.recipes.sample;

import org.borealis.train.RateSchedule;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Reference;

/** A plug-in of the tests that needs a service which nobody offers. */
@Component(configurationPolicy = ConfigurationPolicy.REQUIRE, property = RateSchedule.NAME + "=needy")
public final class Needy implements RateSchedule {
    @Activate
    public Needy(@Reference Runnable absent) {}

    @Override
    public double factor(Position position) {
        return 1;
    }
}
