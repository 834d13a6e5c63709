package org.borealis.conformance;

/**
 * The bundle that a backend comes from.
 *
 * @param origin its name and version
 * @param fingerprint of its content, to tell two builds of one version apart; empty if it could not be read
 */
record Installed(String origin, String fingerprint) {}
