package org.borealis.shell;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
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

/**
 * Reads a plug-in's settings from the metatype documents of its bundle (OSGi Compendium, chapter 105).
 *
 * <p>Not by way of {@code MetaTypeService}: its attribute definitions don't tell the range.
 */
final class SettingsReader {
    private SettingsReader() {}

    /** The settings that belong to a persistent identity; none where the bundle declares none. */
    static List<Setting> read(Bundle bundle, String pid) {
        Enumeration<URL> documents = bundle.findEntries("OSGI-INF/metatype", "*.xml", false);
        while (documents != null && documents.hasMoreElements()) {
            URL document = documents.nextElement();
            try (InputStream content = document.openStream()) {
                Document metatype = parser().newDocumentBuilder().parse(content);
                for (Element designate :
                        elements(metatype.getElementsByTagName("Designate")).toList()) {
                    boolean meant = pid.equals(designate.getAttribute("pid"))
                            || pid.equals(designate.getAttribute("factoryPid"));
                    if (meant) {
                        return settings(metatype, objectOf(designate));
                    }
                }
            } catch (IOException | SAXException | ParserConfigurationException e) {
                throw new BorealisException(
                        "plugin-settings-unreadable",
                        "the settings that " + bundle.getSymbolicName() + " declares in " + document.getPath()
                                + " can't be read: " + e.getMessage(),
                        e);
            }
        }
        return List.of();
    }

    /** A document of a stranger's bundle: it may name no other file. */
    private static DocumentBuilderFactory parser() throws ParserConfigurationException {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory;
    }

    private static String objectOf(Element designate) {
        return elements(designate.getElementsByTagName("Object"))
                .map(object -> object.getAttribute("ocdref"))
                .findFirst()
                .orElse("");
    }

    private static List<Setting> settings(Document metatype, String objectClass) {
        return elements(metatype.getElementsByTagName("OCD"))
                .filter(definition -> definition.getAttribute("id").equals(objectClass))
                .flatMap(definition -> elements(definition.getElementsByTagName("AD")))
                .map(SettingsReader::setting)
                .toList();
    }

    private static Setting setting(Element attribute) {
        var options = new ArrayList<String>();
        elements(attribute.getElementsByTagName("Option")).forEach(option -> options.add(option.getAttribute("value")));
        String cardinality = attribute.getAttribute("cardinality");
        boolean isList = !cardinality.isEmpty() && !cardinality.equals("0");
        String defaults = attribute.getAttribute("default");
        List<String> values = !attribute.hasAttribute("default")
                ? List.of()
                : isList ? List.of(defaults.split("\\s*,\\s*")) : List.of(defaults);
        return new Setting(
                attribute.getAttribute("id").replaceFirst("\\.$", ""), // bnd 7.3 writes "final." of final$()
                attribute.getAttribute("type").toLowerCase(),
                isList,
                values,
                range(attribute.getAttribute("min"), attribute.getAttribute("max")),
                options,
                attribute.getAttribute("description"));
    }

    private static String range(String least, String most) {
        if (least.isEmpty()) {
            return most.isEmpty() ? "" : "at most " + most;
        }
        return most.isEmpty() ? "at least " + least : least + " to " + most;
    }

    private static Stream<Element> elements(NodeList nodes) {
        return IntStream.range(0, nodes.getLength()).mapToObj(nodes::item).map(Element.class::cast);
    }
}
