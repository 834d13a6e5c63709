/** Conformance kits: what every implementation of a contract has to pass, as JUnit classes to extend. */
@NullMarked
package org.borealis.testkit;

import org.jspecify.annotations.NullMarked;
