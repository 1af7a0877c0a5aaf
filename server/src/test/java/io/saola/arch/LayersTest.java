package io.saola.arch;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/// Which package may use which. The picture is in `docs/architecture.md`.
class LayersTest {
  private static final Map<String, List<String>> MAY_USE =
      Map.ofEntries(
          entry("model", List.of()),
          entry("settings", List.of()),
          entry("os", List.of()),
          entry("wire", List.of("model")),
          entry("observe", List.of("model", "settings")),
          entry("pool", List.of("model", "settings", "observe")),
          entry("link", List.of("model", "settings", "observe", "wire")),
          entry("files", List.of("model")),
          entry("compress", List.of("model", "settings")),
          entry(
              "exchange",
              List.of("model", "settings", "observe", "files", "compress", "pool", "link")),
          entry("front", List.of("model", "settings", "observe", "exchange")),
          entry("supervisor", List.of("model", "settings", "observe", "os")),
          entry("control", List.of()),
          entry("watch", List.of()),
          entry(
              "boot",
              List.of(
                  "model",
                  "settings",
                  "os",
                  "wire",
                  "observe",
                  "files",
                  "compress",
                  "pool",
                  "link",
                  "exchange",
                  "front",
                  "supervisor",
                  "control",
                  "watch")),
          entry("cli", List.of("settings", "os", "boot", "control")));

  private static final List<String> PACKAGES = List.copyOf(MAY_USE.keySet());

  private static final JavaClasses SAOLA =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.saola");

  @ParameterizedTest
  @FieldSource("PACKAGES")
  void uses_only_what_it_may(String name) {
    String[] allowed =
        Stream.concat(Stream.of(name), MAY_USE.get(name).stream())
            .map(used -> "io.saola." + used + "..")
            .toArray(String[]::new);

    noClasses()
        .that()
        .resideInAPackage("io.saola." + name + "..")
        .should()
        .dependOnClassesThat(resideInAPackage("io.saola..").and(not(resideInAnyPackage(allowed))))
        .allowEmptyShould(true)
        .check(SAOLA);
  }

  @Test
  void every_package_is_in_the_table() {
    assertThat(SAOLA.getPackage("io.saola").getSubpackages())
        .extracting(JavaPackage::getRelativeName)
        .isSubsetOf(PACKAGES);
  }

  @Test
  void only_what_moves_bytes_knows_netty() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            "io.saola.wire..",
            "io.saola.link..",
            "io.saola.compress..",
            "io.saola.exchange..",
            "io.saola.front..",
            "io.saola.boot..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty..")
        .check(SAOLA);
  }

  /// Everything behind the front trusts its parser, so there is one, and it is ours.
  @Test
  void nothing_uses_another_http_codec() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.netty.handler.codec.http..")
        .check(SAOLA);
  }
}
