package org.borealis.model;

import org.osgi.annotation.versioning.ProviderType;

/** Sizes of a key/value cache: for each layer a key and a value of [B, capacity, keyHeads, headSize]. */
@ProviderType
public record CacheShape(int layers, int keyHeads, int headSize) {}
