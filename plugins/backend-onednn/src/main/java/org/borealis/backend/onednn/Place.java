package org.borealis.backend.onednn;

import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.Pointer;

/** An address as JavaCPP wants it, that can be moved: none is made while a kernel runs. */
final class Place extends FloatPointer {
    Place() {
        super((Pointer) null);
    }

    Place at(long newAddress) {
        address = newAddress;
        return this;
    }
}
