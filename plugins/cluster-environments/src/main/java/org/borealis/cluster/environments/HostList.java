package org.borealis.cluster.environments;

/** Slurm's short way to write hosts: {@code n[1-3,7],login2}. */
final class HostList {
    private HostList() {}

    /** The first host of a list; {@code nid[001234-001240]} begins with {@code nid001234}. */
    static String first(String list) {
        var host = new StringBuilder();
        boolean isInside = false; // brackets
        boolean isSkipped = false; // what follows the first choice within brackets
        for (int i = 0; i < list.length(); i++) {
            char c = list.charAt(i);
            if (c == '[') {
                isInside = true;
            } else if (c == ']') {
                isInside = false;
                isSkipped = false;
            } else if (isInside) {
                isSkipped |= c == ',' || c == '-';
                if (!isSkipped) {
                    host.append(c);
                }
            } else if (c == ',') {
                break;
            } else {
                host.append(c);
            }
        }
        return host.toString();
    }
}
