/** What a backend has to do, as checks that need no test framework: a JUnit class and a command both run them. */
@NullMarked
package org.borealis.testkit.backend;

import org.jspecify.annotations.NullMarked;
