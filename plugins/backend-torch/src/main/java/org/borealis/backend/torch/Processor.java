package org.borealis.backend.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.borealis.tensor.DataType;

/** What the processor can do. */
record Processor(String name, Set<String> flags) {

    static Processor detect() {
        List<String> lines;
        try {
            lines = Files.readAllLines(Path.of("/proc/cpuinfo"));
        } catch (IOException e) {
            lines = List.of();
        }
        return new Processor(
                field(lines, "model name"),
                Set.copyOf(Arrays.asList(field(lines, "flags").split(" "))));
    }

    private static String field(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }

    /**
     * The type to multiply matrices of this type in. Without instructions for its type, libtorch is 10 to 100 times slower than in
     * float32; with avx512_bf16 alone it reached 142 GFLOP/s where float32 did 200.
     */
    DataType matrixType(DataType type) {
        return switch (type) {
            case BFLOAT16 -> flags.contains("amx_bf16") ? type : DataType.FLOAT32;
            case FLOAT16 -> flags.contains("amx_fp16") || flags.contains("avx512_fp16") ? type : DataType.FLOAT32;
            case FLOAT64, FLOAT32, INT64, INT32, UINT8, BOOL -> type;
        };
    }
}
