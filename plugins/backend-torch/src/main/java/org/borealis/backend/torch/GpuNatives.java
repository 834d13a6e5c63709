package org.borealis.backend.torch;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.borealis.device.DeviceException;

/**
 * libtorch for GPUs, that a site puts into a folder and names in the environment. It replaces the one inside the bundle, for the
 * processor, too: a process can load only one of them.
 */
record GpuNatives(Path folder) {
    static final String VARIABLE = "BOREALIS_TORCH_NATIVES";

    private static final String HOW =
            "unpack org.bytedeco:pytorch:2.13.0-1.5.14:linux-x86_64-gpu and the libraries of CUDA 13 and"
                    + " cuDNN 9 into a folder, set " + VARIABLE
                    + " to it, and start anew; see the README of backend-torch";

    /** CUDA's own, each after those it needs. Those that are in none of the folders are left to the system's loader. */
    private static final List<String> CUDA = List.of(
            "libcudart.so.13",
            "libcupti.so.13",
            "libnvJitLink.so.13",
            "libnvrtc.so.13",
            "libcublasLt.so.13",
            "libcublas.so.13",
            "libcufft.so.12",
            "libcurand.so.10",
            "libcusparse.so.12",
            "libcufile.so.0",
            "libcudnn.so.9",
            "libnccl.so.2");

    /** libtorch's, likewise. */
    private static final List<String> TORCH = List.of(
            "libc10.so", "libtorch_cpu.so", "libc10_cuda.so", "libtorch_cuda.so", "libtorch.so", "libjnitorch.so");

    /** What is set in this environment. */
    static Optional<GpuNatives> in(Map<String, String> environment) {
        return Optional.ofNullable(environment.get(VARIABLE))
                .filter(value -> !value.isBlank())
                .map(value -> new GpuNatives(Path.of(value).toAbsolutePath()));
    }

    /** What a GPU needs, or a {@link DeviceException} that says how to get it. */
    static GpuNatives require(Map<String, String> environment) {
        var natives = in(environment)
                .orElseThrow(() -> new DeviceException(
                        "gpu-natives",
                        "backend torch: device cuda needs libtorch for GPUs, which is not inside the bundle; " + HOW));
        natives.requireWhole();
        return natives;
    }

    /** That libtorch's libraries are all in the folder. */
    void requireWhole() {
        var missing = TORCH.stream()
                .filter(name -> !Files.isRegularFile(folder.resolve(name)))
                .toList();
        if (!missing.isEmpty()) {
            throw new DeviceException(
                    "gpu-natives", "backend torch: " + VARIABLE + "=" + folder + " lacks " + missing + "; " + HOW);
        }
    }

    /** Files to load, in order. */
    List<Path> libraries() {
        var libraries = new ArrayList<Path>();
        var folders = List.of(folder, Path.of("/usr/local/cuda/lib64"), Path.of("/usr/local/cuda/extras/CUPTI/lib64"));
        for (var name : CUDA) {
            folders.stream()
                    .map(place -> place.resolve(name))
                    .filter(Files::isRegularFile)
                    .findFirst()
                    .ifPresent(libraries::add);
        }
        TORCH.forEach(name -> libraries.add(folder.resolve(name)));
        return libraries;
    }

    /** What Java calls Gloo through; it is loaded after the others, where ranks talk to each other. */
    Path gloo() {
        return folder.resolve("libjnitorch_gloo.so");
    }

    /** @param count GPUs that libtorch finds */
    static void requireGpu(int index, int count) {
        if (count == 0) {
            throw new DeviceException(
                    "no-gpu",
                    "backend torch: device cuda:" + index
                            + " is wanted, and libtorch finds no GPU; nvidia-smi must show one,"
                            + " its driver must be made for CUDA 13 (580 or newer), and CUDA_VISIBLE_DEVICES must not hide it");
        }
        if (index >= count) {
            throw new DeviceException(
                    "no-gpu",
                    "backend torch: device cuda:" + index + " is wanted, and there are " + count
                            + " GPUs, counted from 0; CUDA_VISIBLE_DEVICES may hide some");
        }
    }
}
