package org.borealis.collectives.gloo;

import org.borealis.backend.torch.Natives;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.World;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.AttributeDefinition;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Lets processes talk over TCP through Gloo, whatever backend they compute with. */
@Component(
        configurationPid = "org.borealis.collectives.gloo",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Collectives.NAME + "=gloo")
@Designate(ocd = GlooCollectives.Config.class, factory = true)
public final class GlooCollectives implements Collectives {

    /** Settings. */
    @ObjectClassDefinition(name = "gloo", description = "Ranks are processes, which talk over TCP through Gloo.")
    public @interface Config {
        @AttributeDefinition(
                description = "Network interface to talk through, such as eth0; empty takes the one by which rank 0 is"
                        + " reached.")
        String networkInterface() default "";
    }

    private final String networkInterface;

    /** Configured; nothing is loaded before the first join. */
    @Activate
    public GlooCollectives(Config config) {
        networkInterface = config.networkInterface();
    }

    @Override
    public World join(Rendezvous rendezvous) {
        Natives.loadGloo();
        return new GlooWorld(MeetingPoint.meet(rendezvous), networkInterface);
    }
}
