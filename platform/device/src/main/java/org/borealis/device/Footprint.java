package org.borealis.device;

import org.osgi.annotation.versioning.ProviderType;

/**
 * Memory that programs take beside what is bound to them, in bytes.
 *
 * @param activations results of the forward pass that wait for the backward pass, at the moment when most memory is in use
 * @param workspace the rest of what the programs share for intermediate values
 * @param other constants, and inputs and outputs that are not bound
 */
@ProviderType
public record Footprint(long activations, long workspace, long other) {}
