@NullMarked
package org.borealis.corpora;

import org.jspecify.annotations.NullMarked;
