package org.borealis.backend.torch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.device.DeviceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** Which device is chosen, and what is said where it can't be had. Where there is a GPU, {@code TorchConformanceTest} runs on it. */
class GpuSelectionTest {
    private static final List<String> TORCH = List.of(
            "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so", "libjnitorch.so");

    @TempDir
    Path folder;

    @Test
    void aSettingNamesADevice() {
        assertEquals(new Target.Processor(), Target.of("cpu"));
        assertEquals(new Target.Gpu(0), Target.of("cuda"));
        assertEquals(new Target.Gpu(0), Target.of("cuda:0"));
        assertEquals(new Target.Gpu(12), Target.of("cuda:12"));
        for (var wrong : List.of("", "gpu", "CUDA", "cuda:", "cuda:-1", "cuda:1000", "cuda 1")) {
            assertFails("unknown-device", "'" + wrong + "'", () -> Target.of(wrong));
        }
    }

    @Test
    void aGpuWithoutItsLibrariesIsAnErrorThatSaysHowToGetThem() {
        for (var environment : List.of(Map.<String, String>of(), Map.of(GpuNatives.VARIABLE, " "))) {
            assertFails("gpu-natives", "linux-x86_64-gpu", () -> GpuNatives.require(environment));
            assertFails("gpu-natives", "set BOREALIS_TORCH_NATIVES", () -> GpuNatives.require(environment));
        }
        assumeTrue(System.getenv(GpuNatives.VARIABLE) == null);
        assertFails(
                "gpu-natives",
                "set BOREALIS_TORCH_NATIVES",
                () -> Torch.backend("cuda").open());
    }

    @Test
    void aFolderThatLacksLibrariesIsAnErrorThatNamesThem() throws IOException {
        var environment = Map.of(GpuNatives.VARIABLE, folder.toString());
        assertFails("gpu-natives", TORCH.toString(), () -> GpuNatives.require(environment));
        put(TORCH.subList(0, 4));
        assertFails(
                "gpu-natives", folder + " lacks [libtorch.so, libjnitorch.so]", () -> GpuNatives.require(environment));
        put(TORCH.subList(4, 6));
        assertEquals(new GpuNatives(folder), GpuNatives.require(environment));
    }

    @Test
    void librariesOfCudaInTheFolderComeBeforeLibtorch() throws IOException {
        put(TORCH);
        put(List.of("libcublas.so.13", "libcublasLt.so.13"));
        var libraries = GpuNatives.in(Map.of(GpuNatives.VARIABLE, folder.toString()))
                .orElseThrow()
                .libraries();
        var names =
                libraries.stream().map(path -> path.getFileName().toString()).toList();
        assertTrue(names.indexOf("libcublasLt.so.13") < names.indexOf("libcublas.so.13"), names.toString());
        assertTrue(names.indexOf("libcublas.so.13") < names.indexOf("libc10.so"), names.toString());
        assertEquals(TORCH, names.subList(names.size() - TORCH.size(), names.size()));
        assertEquals(Optional.empty(), GpuNatives.in(Map.of()));
    }

    private void put(List<String> names) throws IOException {
        for (var name : names) {
            Files.createFile(folder.resolve(name));
        }
    }

    @Test
    void aGpuThatIsNotThereIsAnErrorThatSaysWhatIs() {
        assertFails("no-gpu", "finds no GPU", () -> GpuNatives.requireGpu(0, 0));
        assertFails("no-gpu", "cuda:2 is wanted, and there are 2 GPUs", () -> GpuNatives.requireGpu(2, 2));
        GpuNatives.requireGpu(1, 2);
    }

    private static void assertFails(String code, String part, Executable code2) {
        var e = assertThrows(DeviceException.class, code2);
        assertEquals(code, e.code());
        assertTrue(e.getMessage().contains(part), e.getMessage());
    }
}
