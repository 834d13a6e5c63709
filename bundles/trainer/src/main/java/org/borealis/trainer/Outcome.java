package org.borealis.trainer;

/** Why a stretch of a run ended. */
enum Outcome {
    FINISHED,
    INTERRUPTED,
    /** A plug-in in use was taken away; all is saved. */
    PLUGIN_GONE
}
