package org.borealis.recipes;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.net.URL;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.borealis.tensor.BorealisException;
import org.osgi.framework.Bundle;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;
import org.xml.sax.helpers.DefaultHandler;

/**
 * Reads the settings that a metatype document declares (OSGi Compendium, chapter 105).
 *
 * <p>Not by way of {@code MetaTypeService}, which keeps a setting's range to itself, while a message has to tell it.
 */
final class Metatype {
    private Metatype() {}

    /** The settings that a bundle declares for a configuration identity; none if it declares none. */
    static List<Setting> settings(Bundle bundle, String pid) {
        Enumeration<URL> documents = bundle.findEntries("OSGI-INF/metatype", "*.xml", false);
        if (documents == null) {
            return List.of();
        }
        return Collections.list(documents).stream()
                .map(document -> settings(document, pid))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(List.of());
    }

    /** The settings of a configuration identity, if this document declares them. */
    static Optional<List<Setting>> settings(URL document, String pid) {
        Document metatype = parse(document);
        return elements(metatype.getElementsByTagName("Designate"))
                .filter(designate ->
                        Stream.of("pid", "factoryPid").anyMatch(key -> pid.equals(designate.getAttribute(key))))
                .flatMap(designate -> elements(designate.getElementsByTagName("Object")))
                .map(object -> settings(metatype, object.getAttribute("ocdref")))
                .findFirst();
    }

    private static Document parse(URL document) {
        var factory = DocumentBuilderFactory.newInstance();
        try (InputStream content = document.openStream()) {
            factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var parser = factory.newDocumentBuilder();
            // The JDK's own handler would print to the terminal.
            parser.setErrorHandler(new DefaultHandler());
            return parser.parse(content);
        } catch (IOException | SAXException | ParserConfigurationException e) {
            throw new BorealisException(
                    "plugin-settings", "the settings declared in " + document + " can't be read: " + e.getMessage(), e);
        }
    }

    private static List<Setting> settings(Document metatype, String objectClass) {
        return elements(metatype.getElementsByTagName("OCD"))
                .filter(definition -> definition.getAttribute("id").equals(objectClass))
                .flatMap(definition -> elements(definition.getElementsByTagName("AD")))
                .map(Metatype::setting)
                .toList();
    }

    private static Setting setting(Element attribute) {
        String cardinality = attribute.getAttribute("cardinality");
        boolean isList = !cardinality.isEmpty() && !cardinality.equals("0");
        Optional<List<String>> defaults = attribute.hasAttribute("default")
                ? Optional.of(words(attribute.getAttribute("default"), isList))
                : Optional.empty();
        return new Setting(
                key(attribute),
                Kind.of(attribute.getAttribute("type")),
                isList,
                number(attribute, "min"),
                number(attribute, "max"),
                elements(attribute.getElementsByTagName("Option"))
                        .map(option -> option.getAttribute("value"))
                        .toList(),
                defaults,
                !attribute.getAttribute("required").equals("false"),
                attribute.getAttribute("description"));
    }

    /** Of a method such as {@code final$}, named around a Java keyword, bnd 7.3 writes {@code final.}; its key is {@code final}. */
    private static String key(Element attribute) {
        return attribute.getAttribute("id").replaceFirst("\\.$", "");
    }

    private static Optional<BigDecimal> number(Element attribute, String bound) {
        try {
            return Optional.of(attribute.getAttribute(bound))
                    .filter(text -> !text.isBlank())
                    .map(text -> new BigDecimal(text.strip()));
        } catch (NumberFormatException e) {
            throw new BorealisException(
                    "plugin-settings",
                    "the " + bound + " of setting '" + attribute.getAttribute("id") + "' is not a number: '"
                            + attribute.getAttribute(bound) + "'; this is a defect of the plug-in",
                    e);
        }
    }

    /** Splits a list at its commas; a backslash makes the next letter an ordinary one. */
    static List<String> words(String text, boolean isList) {
        var words = new ArrayList<String>();
        var word = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '\\' && i + 1 < text.length()) {
                word.append(text.charAt(++i));
            } else if (letter == ',' && isList) {
                words.add(word.toString().strip());
                word.setLength(0);
            } else {
                word.append(letter);
            }
        }
        if (isList && words.isEmpty() && word.isEmpty()) {
            return List.of();
        }
        words.add(isList ? word.toString().strip() : word.toString());
        return words;
    }

    private static Stream<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength()).mapToObj(nodes::item).map(Element.class::cast);
    }
}
