@NullMarked
package org.borealis.source.text;

import org.jspecify.annotations.NullMarked;
