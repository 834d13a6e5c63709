package org.borealis.shell.install;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.borealis.tensor.BorealisException;

/**
 * Gets files over http, https, or from this machine, within limits.
 *
 * @param mostBytes what a file may have
 * @param patience for all of a file
 */
record Download(long mostBytes, Duration patience) {
    /** A native engine for a GPU has 455 MB. */
    static final Download USUAL = new Download(1L << 30, Duration.ofMinutes(10));

    private static final Duration CONNECTING = Duration.ofSeconds(20);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int GONE = 410;

    /**
     * Gets a file.
     *
     * @return whether it is there
     * @throws BorealisException if that can't be told, or it is too large or too slow
     */
    boolean get(URI address, Path target) {
        try {
            return "file".equalsIgnoreCase(address.getScheme()) ? copy(address, target) : request(address, target);
        } catch (IOException | IllegalArgumentException e) {
            throw failed(address, e.toString());
        }
    }

    private boolean copy(URI address, Path target) throws IOException {
        try {
            Path file = Path.of(address);
            if (Files.size(file) > mostBytes) {
                throw failed(address, "it has " + Files.size(file) + " bytes, and " + mostBytes + " are the limit");
            }
            Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private boolean request(URI address, Path target) throws IOException {
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECTING)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            CompletableFuture<HttpResponse<Path>> answer = client.sendAsync(
                    HttpRequest.newBuilder(address).build(),
                    BodyHandlers.limiting(BodyHandlers.ofFile(target), mostBytes));
            try {
                int status =
                        answer.get(patience.toMillis(), TimeUnit.MILLISECONDS).statusCode();
                if (status != OK && status != NOT_FOUND && status != GONE) {
                    throw failed(address, "the server answers with status " + status);
                }
                return status == OK;
            } catch (TimeoutException e) {
                throw failed(address, "it took longer than " + patience.toSeconds() + " s");
            } catch (ExecutionException e) {
                throw failed(address, String.valueOf(e.getCause()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failed(address, "interrupted");
            } finally {
                answer.cancel(true);
                client.shutdownNow();
            }
        }
    }

    private static BorealisException failed(URI address, String why) {
        return new BorealisException(
                "plugin-download",
                new Origin.Remote(address).text() + " can't be fetched: " + why
                        + "; nothing was installed. A proxy is named by BOREALIS_JAVA_OPTIONS=-Dhttps.proxyHost=HOST");
    }
}
