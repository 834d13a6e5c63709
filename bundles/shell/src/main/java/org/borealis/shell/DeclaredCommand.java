package org.borealis.shell;

import org.osgi.framework.Bundle;

/**
 * A command that some bundle declares, whether or not it can run now.
 *
 * @param isLive see {@link org.borealis.command.Command#LIVE}
 * @param component name of the component that implements it
 */
record DeclaredCommand(
        String name, String description, boolean isLive, Bundle bundle, String component, String state) {}
