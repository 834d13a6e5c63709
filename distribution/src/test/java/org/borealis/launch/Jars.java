package org.borealis.launch;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Builds small plug-ins as a stranger would, and drops them as the documentation says: by an atomic move. */
final class Jars {
    private Jars() {}

    /**
     * A bundle with one command.
     *
     * @param body of {@code call()}; {@code interruption} is at hand
     * @param imports the value of Import-Package
     */
    static Path command(Path folder, String name, String version, String body, String imports) throws IOException {
        String source = """
                package example;
                @picocli.CommandLine.Command(name = "%s", description = "An example. With a second sentence.")
                public class Example implements org.borealis.command.Command {
                    private final org.borealis.command.Interruption interruption;
                    public Example(org.borealis.command.Interruption interruption) { this.interruption = interruption; }
                    public Integer call() throws Exception { %s }
                }
                """.formatted(name, body);
        String component = """
                <scr:component xmlns:scr="http://www.osgi.org/xmlns/scr/v1.4.0" name="example.%s" init="1">
                  <property name="command.name" value="%s"/>
                  <property name="command.live" type="Boolean" value="true"/>
                  <service scope="prototype"><provide interface="org.borealis.command.Command"/></service>
                  <reference name="interruption" interface="org.borealis.command.Interruption" parameter="0"/>
                  <implementation class="example.Example"/>
                </scr:component>
                """.formatted(name, name);
        var manifest = new Manifest();
        Attributes headers = manifest.getMainAttributes();
        headers.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        headers.putValue("Bundle-ManifestVersion", "2");
        headers.putValue("Bundle-SymbolicName", "example." + name);
        headers.putValue("Bundle-Version", version);
        headers.putValue("Import-Package", imports);
        headers.putValue("Service-Component", "OSGI-INF/example.xml");
        headers.putValue(
                "Provide-Capability", "osgi.service;objectClass:List<String>=\"org.borealis.command.Command\"");
        Map<String, byte[]> files = Map.of(
                "example/Example.class", compiled("example.Example", source),
                "OSGI-INF/example.xml", component.getBytes(StandardCharsets.UTF_8));
        Path temporary = folder.resolve("." + name + ".part");
        try (OutputStream out = Files.newOutputStream(temporary);
                var jar = new JarOutputStream(out, manifest)) {
            for (var file : files.entrySet()) {
                jar.putNextEntry(new JarEntry(file.getKey()));
                jar.write(file.getValue());
                jar.closeEntry();
            }
        }
        return Files.move(
                temporary,
                folder.resolve(name + ".jar"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] compiled(String name, String source) throws IOException {
        var unit =
                new SimpleJavaFileObject(
                        URI.create("string:///" + name.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        Path classes = Files.createTempDirectory("borealis-example-");
        List<String> options =
                List.of("-d", classes.toString(), "-cp", System.getProperty("java.class.path"), "-proc:none");
        boolean isCompiled = ToolProvider.getSystemJavaCompiler()
                .getTask(null, null, null, options, null, List.of(unit))
                .call();
        if (!isCompiled) {
            throw new IOException(name + " does not compile:\n" + source);
        }
        Path file = classes.resolve(name.replace('.', '/') + ".class");
        byte[] bytes = Files.readAllBytes(file);
        for (Path each = file; !each.equals(classes.getParent()); each = each.getParent()) {
            Files.delete(each);
        }
        return bytes;
    }
}
