package org.borealis.trainer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.borealis.backend.reference.ReferenceBackend;
import org.borealis.optimizer.matrix.Muon;
import org.borealis.recipe.Contract;
import org.borealis.tensor.BorealisException;
import org.borealis.tensor.Op;
import org.borealis.tensor.Primitive.Binary;
import org.borealis.tensor.Primitive.Function2;
import org.borealis.tensor.Primitive.MatMul;
import org.borealis.testkit.Settings;
import org.borealis.trainer.fakes.FaultyBackend;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DriftTest {
    @TempDir
    private Path runs;

    private Workshop workshop;

    @BeforeEach
    void open() {
        workshop = new Workshop(runs);
    }

    private int train(String name, Map<String, Object> more) {
        var settings = new HashMap<String, Object>(more);
        settings.put("name", name);
        return workshop.train(settings);
    }

    private void faulty(Predicate<Op> isFaulty, float factor) {
        workshop.plugins.install(
                Contract.BACKEND,
                section ->
                        section.name().equals("faulty") ? new FaultyBackend(isFaulty, factor) : new ReferenceBackend());
    }

    @Test
    void aCheckedRunOfEqualBackendsHasNoDriftAndTheLossesOfAnUncheckedOne() {
        train("plain", Map.of());
        assertEquals(0, train("checked", Map.of("check.against", "reference", "check.every", 5L, "batch.micro", 2)));
        train("parts", Map.of("batch.micro", 2));
        assertEquals(workshop.losses("parts"), workshop.losses("checked"));
        var drifts = workshop.events("checked", "drift");
        assertEquals(
                List.of(1, 5, 10, 15, 20),
                drifts.stream()
                        .map(line -> Integer.valueOf(line.replaceAll(".*\"step\":(\\d+).*", "$1")))
                        .toList());
        assertTrue(drifts.stream().allMatch(line -> line.contains("\"loss\":0.0")), drifts.toString());
    }

    @Test
    void aCheckedRunThatLimitsAttentionScoresHasTheSameOnBothSides() {
        var limit = Map.of("qkClip.threshold", 0.1, "rate", 0.05);
        workshop.plugins.install(Contract.OPTIMIZER, section -> new Muon(Settings.of(Muon.Config.class, limit)));
        train("plain", Map.of("batch.micro", 2));
        train("checked", Map.of("batch.micro", 2, "check.against", "reference", "check.every", 5L));
        assertEquals(workshop.losses("plain"), workshop.losses("checked"));
        assertTrue(workshop.events("plain", "step").stream().allMatch(line -> line.contains("\"greatestScore\":")));
        assertTrue(workshop.output().contains("step 20  drift against reference at most 0.0e+00"), workshop.output());
    }

    @Test
    void aWrongGradientStopsTheRunAndNamesTheFirstOperation() {
        faulty(op -> op instanceof MatMul(boolean left, boolean right) && left, 1.02f);
        var stopped = assertThrows(BorealisException.class, () -> train("mine", Map.of("check.against", "faulty")));
        assertEquals("drift", stopped.code());
        var message = String.valueOf(stopped.getMessage());
        assertTrue(message.contains("The first operation that differs is MatMul(true, false)"), message);
        assertTrue(workshop.events("mine").getLast().contains("\"reason\":\"drift\""));
    }

    @Test
    void aWrongUpdateStopsTheRunAndNamesTheFirstOperation() {
        var isUpdating = new boolean[1];
        faulty(
                op -> {
                    isUpdating[0] |= op instanceof org.borealis.tensor.Primitive.Convert;
                    return isUpdating[0] && op instanceof Binary(Function2 function) && function == Function2.SUBTRACT;
                },
                1.5f);
        var stopped = assertThrows(BorealisException.class, () -> train("mine", Map.of("check.against", "faulty")));
        assertEquals("drift", stopped.code());
        var message = String.valueOf(stopped.getMessage());
        assertTrue(message.contains("The first operation that differs is Binary(SUBTRACT)"), message);
    }

    @Test
    void aDriftWithinTheBoundIsReportedAndTheRunGoesOn() {
        faulty(op -> op instanceof MatMul, 1.0001f);
        assertEquals(0, train("mine", Map.of("check.against", "faulty", "check.bound", 0.01)));
        assertTrue(workshop.output().contains("drift against faulty at most"), workshop.output());
    }

    @Test
    void aRunThatHasBegunMayBeCheckedFromNowOn() {
        train("mine", Map.of("steps", 10));
        assertEquals(0, train("mine", Map.of("steps", 12, "check.against", "reference", "check.every", 12L)));
        assertEquals(1, workshop.events("mine", "drift").size());
    }
}
