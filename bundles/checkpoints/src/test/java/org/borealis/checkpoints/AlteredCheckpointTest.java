package org.borealis.checkpoints;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.borealis.tensor.BorealisException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AlteredCheckpointTest {
    @TempDir
    Path folder;

    private final DiskCheckpoints checkpoints = new DiskCheckpoints(new Disk.Real(), 400);
    private Path checkpoint = Path.of("");

    @BeforeEach
    void save() {
        checkpoint = Saved.of(1).save(checkpoints, folder, 1);
    }

    private List<Path> files() throws IOException {
        try (var paths = Files.list(checkpoint)) {
            return paths.sorted().toList();
        }
    }

    @Test
    void anyByteOfAnyFileThatChangesIsDetectedAndItsFileNamed() throws IOException {
        for (var file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            // Every byte of the small files; of the larger ones enough to meet every part of them in little time.
            int stride = bytes.length < 1000 ? 1 : 5;
            for (int at = 0; at < bytes.length; at += stride) {
                byte[] altered = bytes.clone();
                altered[at] ^= (byte) (1 << at % 8);
                Files.write(file, altered);
                assertVerifyNames(file, "byte " + at);
            }
            assertNamed(file, "last byte");
            Files.write(file, bytes);
        }
        assertEquals(List.of(), checkpoints.verify(checkpoint));
    }

    @Test
    void aFileThatIsCutLengthenedOrMissingIsNamed() throws IOException {
        for (var file : files()) {
            byte[] bytes = Files.readAllBytes(file);
            for (int length : new int[] {0, 1, bytes.length / 2, bytes.length - 1, bytes.length + 1}) {
                Files.write(file, Arrays.copyOf(bytes, length));
                assertNamed(file, "length " + length);
            }
            Files.delete(file);
            assertNamed(file, "missing");
            Files.createDirectory(file);
            assertNamed(file, "a folder");
            Files.delete(file);
            Files.write(file, bytes);
        }
    }

    private void assertVerifyNames(Path file, String how) {
        var problems = checkpoints.verify(checkpoint);
        assertEquals(1, problems.size(), file + " " + how);
        assertTrue(problems.get(0).contains(file.getFileName().toString()), file + " " + how + ": " + problems);
    }

    private void assertNamed(Path file, String how) {
        assertVerifyNames(file, how);
        String name = file.getFileName().toString();
        var failure = assertThrows(BorealisException.class, () -> checkpoints.open(checkpoint), how);
        assertTrue(failure.getMessage().contains(name), failure.getMessage());
    }

    @Test
    void aLinkToAnotherFileIsRefused() throws IOException {
        var file = checkpoint.resolve("recipe.resolved.yaml");
        Files.move(file, folder.resolve("elsewhere"));
        Files.createSymbolicLink(file, folder.resolve("elsewhere"));
        assertNamed(file, "link");
    }

    /** The digest of these is right: someone wrote them with intent. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"recipe.resolved.yaml\" -> \"../recipe.resolved.yaml\"",
                "\"recipe.resolved.yaml\" -> \"/etc/passwd\"",
                "\"recipe.resolved.yaml\" -> \"state-00001.safetensors\"",
                "\"version\" : 1 -> \"version\" : 2",
                "\"step\" : 1 -> \"step\" : -1",
                "\"step\" : 1 -> \"step\" : 1e3",
                "\"step\" : 1 -> \"stop\" : 1",
                "\"metadata\" -> \"metadatum\"",
                "\"f64/matrix\" -> \"f64/scalar\"",
                "\"f64/matrix\" -> \"renamed\"",
                "\"float64\" -> \"float65\"",
                "\"float64\" -> \"int64\"",
                "[ 3, 7 ] -> [ 7, 3 ]",
                "[ 3, 7 ] -> [ 3, 7.5 ]",
                "[ 3, 7 ] -> [ -3, -7 ]",
                "[ 3, 7 ] -> [ 2147483647, 2147483647, 2147483647 ]",
                "\"bytes\" : -> \"bytes\" : 1",
                "\"bytes\" : -> \"bytes\" : -1",
                "\"bytes\" : -> \"bytes\" : 99999999999999999999",
                "\"format\" -> \"step\"",
                "\"files\" -> \"filets\"",
            })
    void aManifestThatIsWrongIsRefusedEvenIfItsDigestIsRight(String replacement) throws IOException {
        String[] parts = replacement.split(" -> ");
        rewriteManifest(checkpoint, text -> text.replace(parts[0], parts[1]));
        assertFalse(checkpoints.verify(checkpoint).isEmpty());
        assertThrows(BorealisException.class, () -> checkpoints.open(checkpoint));
        assertEquals(Optional.empty(), checkpoints.latest(folder, skipped -> {}), "latest took a wrong manifest");
    }

    @Test
    void aManifestOfDeepJsonIsRefusedWithoutAStackOverflow() throws IOException {
        rewriteManifest(checkpoint, text -> "[".repeat(1_000_000));
        assertThrows(BorealisException.class, () -> checkpoints.open(checkpoint));
    }

    @Test
    void aFolderWithTheNameOfAnotherStepIsBroken() throws IOException {
        Files.move(checkpoint, folder.resolve("step-000009"));
        var entry = checkpoints.list(folder).get(0);
        assertEquals("its manifest is that of step 1", entry.problem().orElseThrow());
        Files.move(folder.resolve("step-000009"), folder.resolve("best"));
        checkpoints.open(folder.resolve("best")).close();
    }

    static void rewriteManifest(Path checkpoint, UnaryOperator<String> change) throws IOException {
        var file = checkpoint.resolve(Manifest.NAME);
        String before = Files.readString(file);
        String after = change.apply(before);
        assertFalse(after.equals(before), "nothing was replaced in " + before);
        Files.writeString(file, after);
        Files.writeString(
                checkpoint.resolve(Manifest.DIGEST_NAME), Manifest.digestLine(after.getBytes(StandardCharsets.UTF_8)));
    }
}
