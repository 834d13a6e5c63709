package org.borealis.trainer;

/** Why a stretch of a run ended. */
enum Outcome {
    FINISHED,
    INTERRUPTED,
    /** A plug-in in use was taken away, or another version takes its place; all is saved. */
    PLUGINS_CHANGED,
    /** All steps of the replayed run are done; all is saved. */
    REPLAYED
}
