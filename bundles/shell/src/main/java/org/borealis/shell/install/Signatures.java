package org.borealis.shell.install;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import org.borealis.tensor.BorealisException;

/** Signed jars, by the JDK's own verification (JAR File Specification, "Signed JAR File"). */
final class Signatures {
    /** What can't be signed: the manifest, the signatures themselves, and folders. */
    private static final String UNSIGNED = "META-INF/(MANIFEST\\.MF|SIG-[^/]*|[^/]*\\.(SF|DSA|RSA|EC))|.*/";

    private Signatures() {}

    /**
     * The trusted signer that signed every entry of a jar, if there is one.
     *
     * @throws BorealisException if something in it was changed after it was signed
     */
    static Optional<Signer> signer(Path file, List<Signer> trusted) {
        Set<String> all = trusted.stream().map(Signer::sha256).collect(Collectors.toCollection(LinkedHashSet::new));
        var names = new HashSet<String>();
        try (var jar = new JarFile(file.toFile(), true)) {
            for (JarEntry entry : (Iterable<JarEntry>) jar.stream()::iterator) {
                if (!names.add(entry.getName())) {
                    throw altered(file, entry.getName() + " is in it twice");
                }
                try (InputStream content = jar.getInputStream(entry)) {
                    content.transferTo(OutputStream.nullOutputStream()); // signers are known once all has been read
                }
                if (!entry.getName().matches("(?i)" + UNSIGNED)) {
                    all.retainAll(fingerprints(entry));
                }
            }
        } catch (IOException | SecurityException e) {
            throw altered(file, String.valueOf(e.getMessage()));
        }
        return trusted.stream().filter(signer -> all.contains(signer.sha256())).findFirst();
    }

    private static BorealisException altered(Path file, String why) {
        return PluginJar.refused(file, "its signature does not hold: " + why, "get it again from whoever signed it");
    }

    private static Set<String> fingerprints(JarEntry entry) {
        var fingerprints = new HashSet<String>();
        CodeSigner[] signers = entry.getCodeSigners();
        if (signers != null) {
            for (CodeSigner signer : signers) {
                fingerprints.add(
                        fingerprint(signer.getSignerCertPath().getCertificates().getFirst()));
            }
        }
        return fingerprints;
    }

    private static String fingerprint(Certificate certificate) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (CertificateEncodingException | NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a certificate, in PEM or DER. */
    static Signer read(Path certificate) {
        try (InputStream content = Files.newInputStream(certificate)) {
            var found =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(content);
            return new Signer(
                    fingerprint(found), found.getSubjectX500Principal().getName());
        } catch (IOException | CertificateException e) {
            throw new BorealisException(
                    "certificate-unreadable",
                    certificate + " is no X.509 certificate that can be read: " + e.getMessage()
                            + "; 'keytool -exportcert -rfc' writes one",
                    e);
        }
    }
}
