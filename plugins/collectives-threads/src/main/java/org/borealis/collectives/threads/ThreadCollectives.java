package org.borealis.collectives.threads;

import java.util.HashMap;
import java.util.Map;
import org.borealis.parallel.Collectives;
import org.borealis.parallel.CommunicationException;
import org.borealis.parallel.World;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.osgi.service.metatype.annotations.ObjectClassDefinition;

/** Lets threads of this JVM be ranks. They meet at an address that is only a name, in one and the same object of this class. */
@Component(
        configurationPid = "org.borealis.collectives.threads",
        configurationPolicy = ConfigurationPolicy.REQUIRE,
        property = Collectives.NAME + "=threads")
@Designate(ocd = ThreadCollectives.Config.class, factory = true)
public final class ThreadCollectives implements Collectives {

    /** It has no settings. */
    @ObjectClassDefinition(name = "threads", description = "Ranks are threads of one process.")
    public @interface Config {}

    private final Map<String, Job> gathering = new HashMap<>();

    /** Nobody has come yet. */
    @Activate
    public ThreadCollectives() {}

    @Override
    public World join(Rendezvous rendezvous) {
        Job job;
        synchronized (gathering) {
            job = gathering.computeIfAbsent(rendezvous.address(), address -> new Job(rendezvous.size()));
            job.enter(rendezvous);
            if (job.isComplete()) {
                gathering.remove(rendezvous.address(), job);
            }
        }
        try {
            job.awaitAll(rendezvous);
        } catch (CommunicationException e) {
            synchronized (gathering) {
                gathering.remove(rendezvous.address(), job);
            }
            throw e;
        }
        return new ThreadWorld(rendezvous, job);
    }
}
