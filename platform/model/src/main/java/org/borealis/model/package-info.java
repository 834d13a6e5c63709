/** Language models: families that plug-ins bring, and what trainer and decoder need to know of them. */
@NullMarked
package org.borealis.model;

import org.jspecify.annotations.NullMarked;
