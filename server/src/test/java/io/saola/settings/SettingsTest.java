package io.saola.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
  @TempDir Path folder;
  private final Map<String, String> environment = new LinkedHashMap<>();

  /// A folder with a `python3` in it, so that no test depends on the machine's.
  @BeforeEach
  void put_a_python_on_the_path() throws IOException {
    environment.put("PATH", program("bin/python3").getParent().toString());
  }

  private Path program(String name) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.createFile(file);
    assertThat(file.toFile().setExecutable(true)).isTrue();
    return file;
  }

  private Reading examine(String... arguments) {
    return Settings.examine(new Sources(List.of(arguments), environment, folder));
  }

  private Settings read(String... arguments) {
    return examine(arguments).settings();
  }

  private String origin(Setting<?> setting, String... arguments) {
    for (Effective value : examine(arguments).effective()) {
      if (value.setting() == setting) {
        return value.origin();
      }
    }
    throw new AssertionError(setting.key() + " is not shown");
  }

  private AppSettings defaultApp() {
    return new AppSettings(
        "",
        folder,
        List.of(),
        new Interpreter(folder.resolve("bin/python3"), "python3 on the PATH"),
        Map.of(),
        "",
        Load.PREWARM,
        false,
        Interface.AUTO,
        false);
  }

  /// Says every default a second time, so that none can change by accident.
  @Test
  void defaults() throws BadValue {
    AccessFormat format =
        new AccessFormat.Notation()
            .read("%(h)s %(l)s %(u)s %(t)s \"%(r)s\" %(s)s %(b)s \"%(f)s\" \"%(a)s\"");
    IpRange.Notation ip = new IpRange.Notation();

    assertThat(read())
        .isEqualTo(
            new Settings(
                defaultApp(),
                new WarmupSettings(List.of(), WarmupSettings.Policy.FAIL, Duration.ofSeconds(30)),
                new ListenSettings(
                    List.of(new Bind.Tcp("127.0.0.1", 8000)),
                    2048,
                    new TrustedPeers(
                        "127.0.0.1,::1", List.of(ip.read("127.0.0.1"), ip.read("::1"))),
                    "/-/"),
                ExpectedSettings.defaultWorkers(),
                new RecycleSettings(0, 0, Duration.ZERO, Bytes.UNLIMITED, Bytes.UNLIMITED, false),
                ExpectedSettings.defaultAsgi(),
                new HttpSettings(
                    new Bytes(1 << 30),
                    new Bytes(8192),
                    100,
                    new Bytes(65536),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(75)),
                OtherValues.defaultClients(),
                OtherValues.defaultCompression(),
                OtherValues.defaultAnswers(),
                new WebSockets(
                    new Bytes(16 << 20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ZERO,
                    true,
                    new AllowedOrigins(List.of())),
                OtherValues.defaultFiles(),
                new QueueSettings(1024, Duration.ofSeconds(30), true),
                OtherValues.defaultSpool(),
                OtherValues.defaultLog(format),
                OtherValues.defaultServer(),
                new ReloadSettings(false, List.of(), List.of(), false)));
  }

  /// A value for each flag that is not its default, so that none can be wired to another.
  private Map<String, String> others() throws IOException {
    Files.createDirectories(folder.resolve("site/spool"));
    Files.createDirectories(folder.resolve("site/assets/media"));
    Files.writeString(folder.resolve("site/assets/down.txt"), "down\n");
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("chdir", folder.resolve("site").toString());
    texts.put("pythonpath", "lib:/opt/lib");
    texts.put("python", program("other/python").toString());
    texts.put("env", "A=1,2=3");
    texts.put("root-path", "/app/");
    texts.put("load", "prefork");
    texts.put("load-strict", "on");
    texts.put("interface", "wsgi");
    texts.put("factory", "true");
    texts.put("warmup", "/a,b?c");
    texts.put("warmup-policy", "warn");
    texts.put("bind", "[::1]:9000,unix:run.sock");
    texts.put("backlog", "7");
    texts.put("forwarded-allow-ips", "10.0.0.0/8");
    texts.put("probe-prefix", "/health/");
    texts.put("workers", "2..8");
    texts.put("threads", "10");
    texts.put("boot-concurrency", "11");
    texts.put("timeout", "9");
    texts.put("boot-timeout", "10m");
    texts.put("graceful-timeout", "0");
    texts.put("loop", "uvloop");
    texts.put("asgi-concurrency", "16");
    texts.put("lifespan", "off");
    texts.put("asgi-threads", "17");
    texts.putAll(othersOfHttp());
    texts.putAll(othersOfWorkers());
    texts.put("queue-limit", "0");
    texts.put("queue-timeout", "1h");
    texts.put("retry", "off");
    texts.putAll(OtherValues.ofClients());
    texts.putAll(OtherValues.ofSpool());
    texts.putAll(OtherValues.ofLog());
    texts.putAll(OtherValues.ofFiles());
    texts.putAll(OtherValues.ofServer());
    texts.putAll(othersOfReload());
    return texts;
  }

  private static Map<String, String> othersOfReload() {
    return Map.of(
        "reload", "on",
        "reload-dir", "spool",
        "reload-include", "*.yaml,*.txt",
        "reload-poll", "on");
  }

  private static Map<String, String> othersOfWorkers() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("memory-budget", "3G");
    texts.put("surge", "6");
    texts.put("max-requests", "1000");
    texts.put("max-requests-jitter", "100");
    texts.put("max-age", "6h");
    texts.put("max-rss", "300M");
    texts.put("max-pss", "200M");
    texts.put("recycle-after-exception", "on");
    return texts;
  }

  private static Map<String, String> othersOfHttp() {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("max-body", "0");
    texts.put("limit-request-line", "4094");
    texts.put("limit-request-fields", "13");
    texts.put("limit-request-fields-size", "14K");
    texts.put("header-timeout", "1.5s");
    texts.put("keep-alive", "250ms");
    texts.put("timeout-grace", "0.5");
    texts.put("loop-blocked", "23");
    texts.putAll(OtherValues.ofCompression());
    texts.putAll(OtherValues.ofAnswers());
    texts.put("ws-max-size", "18K");
    texts.put("ws-ping-interval", "19");
    texts.put("ws-ping-timeout", "21");
    texts.put("ws-idle-timeout", "22");
    texts.put("ws-compression", "off");
    texts.put("ws-origins", "same,*");
    return texts;
  }

  private Settings expectedOfOthers() throws BadValue {
    Path site = folder.resolve("site");
    return new Settings(
        new AppSettings(
            "a.b:c",
            site,
            List.of(site.resolve("lib"), Path.of("/opt/lib")),
            new Interpreter(folder.resolve("other/python"), "?"),
            Map.of("A", "1,2=3"),
            "/app",
            Load.PREFORK,
            true,
            Interface.WSGI,
            true),
        new WarmupSettings(
            List.of(new Warmup("GET", "/a,b?c", Map.of(), List.of())),
            WarmupSettings.Policy.WARN,
            Duration.ofMinutes(5)),
        new ListenSettings(
            List.of(new Bind.Tcp("::1", 9000), new Bind.Unix(site.resolve("run.sock"))),
            7,
            new TrustedPeers("10.0.0.0/8", List.of(new IpRange.Notation().read("10.0.0.0/8"))),
            "/health/"),
        ExpectedSettings.otherWorkers(),
        ExpectedSettings.otherRecycling(),
        ExpectedSettings.otherAsgi(),
        new HttpSettings(
            Bytes.UNLIMITED,
            new Bytes(4094),
            13,
            new Bytes(14 * 1024),
            Duration.ofMillis(1500),
            Duration.ofMillis(250)),
        OtherValues.clients(),
        OtherValues.compression(),
        OtherValues.answers(),
        new WebSockets(
            new Bytes(18 * 1024),
            Duration.ofSeconds(19),
            Duration.ofSeconds(21),
            Duration.ofSeconds(22),
            false,
            new AllowedOrigins(List.of(new AllowedOrigins.Same(), new AllowedOrigins.Any()))),
        OtherValues.files(site),
        new QueueSettings(0, Duration.ofHours(1), false),
        OtherValues.spool(site),
        OtherValues.log(site),
        OtherValues.server(site),
        new ReloadSettings(true, List.of(site.resolve("spool")), List.of("*.yaml", "*.txt"), true));
  }

  /// The same, but for what says where the interpreter was named.
  private static Settings withoutOrigin(Settings settings) {
    AppSettings app = settings.app();
    return new Settings(
        new AppSettings(
            app.target(),
            app.folder(),
            app.pythonPath(),
            new Interpreter(app.interpreter().path(), "?"),
            app.env(),
            app.rootPath(),
            app.load(),
            app.loadStrict(),
            app.kind(),
            app.factory()),
        settings.warmup(),
        settings.listen(),
        settings.workers(),
        settings.recycle(),
        settings.asgi(),
        settings.http(),
        settings.clients(),
        settings.compress(),
        settings.answers(),
        settings.webSockets(),
        settings.files(),
        settings.queue(),
        settings.spool(),
        settings.log(),
        settings.server(),
        settings.reload());
  }

  @Test
  void every_flag_reaches_its_own_component() throws Exception {
    List<String> arguments = new ArrayList<>(List.of("a.b:c"));
    others().forEach((key, text) -> arguments.add("--" + key + "=" + text));

    Settings settings = read(arguments.toArray(String[]::new));

    assertThat(withoutOrigin(settings)).isEqualTo(expectedOfOthers());
  }

  @Test
  void every_variable_reaches_its_own_component() throws Exception {
    environment.put("SAOLA_TARGET", "a.b:c");
    others()
        .forEach((key, text) ->
            environment.put(
                "SAOLA_" + key.replace('-', '_').toUpperCase(java.util.Locale.ROOT), text));

    assertThat(withoutOrigin(read())).isEqualTo(expectedOfOthers());
  }

  @Test
  void every_key_of_a_file_reaches_its_own_component() throws Exception {
    StringBuilder toml = new StringBuilder("target = \"a.b:c\"\n");
    Map<String, String> texts = others();
    environment.put("SAOLA_TAKE_OVER", texts.remove("take-over")); // which no file can say
    texts.forEach((key, text) -> toml.append(key + " = '" + text + "'\n"));
    Files.writeString(folder.resolve("saola.toml"), toml);

    assertThat(withoutOrigin(read())).isEqualTo(expectedOfOthers());
  }

  /// TOML would take 27 and 0o27 for different numbers, and neither is what everybody writes.
  @ParameterizedTest
  @CsvSource({"27", "0o27"})
  void a_umask_in_a_file_is_a_text(String number) throws IOException {
    Files.writeString(folder.resolve("saola.toml"), "umask = " + number + "\n");

    assertThat(examine().problems())
        .containsExactly(
            "umask: must be a text of octal digits, such as \"027\" (saola.toml line 1)");
  }

  @Test
  void the_other_values_miss_no_setting() throws IOException {
    List<String> keys = new ArrayList<>(others().keySet());
    keys.addAll(List.of("target", "config", "refork-after")); // which goes with prewarm only

    assertThat(Settings.SECTIONS)
        .flatMap(Section::settings)
        .map(Setting::key)
        .containsExactlyInAnyOrderElementsOf(keys);
  }

  @Test
  void flags_beat_variables_beat_files_beat_the_platform_beat_defaults() throws IOException {
    assertThat(origin(WorkerSettings.COUNT)).isEqualTo("default");
    environment.put("WEB_CONCURRENCY", "2");
    assertThat(origin(WorkerSettings.COUNT)).isEqualTo("WEB_CONCURRENCY");
    Files.writeString(folder.resolve("pyproject.toml"), "[tool.saola]\nworkers = 3\n");
    assertThat(origin(WorkerSettings.COUNT)).isEqualTo("pyproject.toml line 2");
    Files.writeString(folder.resolve("saola.toml"), "\n\nworkers = 4\n");
    assertThat(origin(WorkerSettings.COUNT)).isEqualTo("saola.toml line 3");
    environment.put("SAOLA_WORKERS", "5");
    assertThat(origin(WorkerSettings.COUNT)).isEqualTo("SAOLA_WORKERS");
    assertThat(origin(WorkerSettings.COUNT, "-w", "6")).isEqualTo("flag -w");
    assertThat(read("-w", "6").workers().count().most()).isEqualTo(6);
  }

  @Test
  void the_platforms_port_is_on_all_addresses() {
    environment.put("PORT", "5000");

    assertThat(read().listen().binds()).containsExactly(new Bind.Tcp("0.0.0.0", 5000));
  }

  @Test
  void an_empty_variable_is_not_set() {
    environment.put("PORT", "");
    environment.put("SAOLA_WORKERS", "");

    assertThat(read().listen().binds()).containsExactly(new Bind.Tcp("127.0.0.1", 8000));
  }

  @Test
  void every_problem_is_reported_in_one_go() throws IOException {
    environment.put("SAOLA_WORKRES", "2");
    environment.put("SAOLA_KEEP_ALIVE", "long");
    Files.writeString(folder.resolve("saola.toml"), "wrokers = 4\ntimeout = [30]\n");

    SettingsException e =
        catchThrowableOfType(
            SettingsException.class, () -> read("--log-level=inof", "-w", "0", "--prot", "80"));

    assertThat(e.problems())
        .containsExactly(
            "--prot: there is no such flag (saola serve --help lists all)",
            "SAOLA_WORKRES: there is no such setting; did you mean SAOLA_WORKERS? (environment)",
            "wrokers: there is no such setting; did you mean workers? (saola.toml line 1)",
            "timeout: must be a text or a number (saola.toml line 2)",
            "workers: must be a whole number from 1 to 1024, or two such as 2..8, the smaller first,"
                + " not \"0\" (flag -w)",
            "keep-alive: must be a time such as 30s, 2m, 500ms or 30 (seconds), not \"long\""
                + " (SAOLA_KEEP_ALIVE)",
            "log-level: must be one of debug, info, warning, error, not \"inof\"; did you mean"
                + " info? (flag --log-level)");
  }

  @Test
  void refork_after_takes_rising_numbers_from_every_source() throws IOException {
    assertThat(read().workers().reforkAfter()).isEmpty();
    Files.writeString(folder.resolve("saola.toml"), "refork-after = [5, 50]\n");
    assertThat(read().workers().reforkAfter()).containsExactly(5, 50);
    environment.put("SAOLA_REFORK_AFTER", "1000,5000");
    assertThat(read().workers().reforkAfter()).containsExactly(1000, 5000);
    assertThat(read("--refork-after", "7", "--refork-after=8").workers().reforkAfter())
        .containsExactly(7, 8);
    assertThat(read("--refork-after=").workers().reforkAfter()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1000,500 | must be rising numbers such as 1000,5000, but 500 comes after 1000",
        "5,5 | must be rising numbers such as 1000,5000, but 5 comes after 5",
        "0,5 | must be a whole number from 1 to 1000000000, not \"0\"",
        "often | must be a whole number from 1 to 1000000000, not \"often\"",
      })
  void what_is_no_refork_after(String text, String why) {
    assertThat(examine("--refork-after", text).problems())
        .containsExactly("refork-after: " + why + " (flag --refork-after)");
  }

  @Test
  void boot_concurrency_is_the_number_of_cpus_unless_it_is_given() {
    assertThat(read("--boot-concurrency=auto").workers().bootConcurrency())
        .isEqualTo(Runtime.getRuntime().availableProcessors());
    assertThat(examine("--boot-concurrency=0").problems())
        .containsExactly(
            "boot-concurrency: must be auto, or a whole number from 1 to 1024, not \"0\""
                + " (flag --boot-concurrency)");
  }

  @Test
  void a_file_says_true_or_false_of_a_factory() throws IOException {
    Files.writeString(folder.resolve("saola.toml"), "target = 'a:b'\nfactory = true\n");
    assertThat(read().app().factory()).isTrue();

    Files.writeString(folder.resolve("saola.toml"), "target = 'a:b'\nfactory = [1]\n");
    assertThat(examine().problems())
        .containsExactly("factory: must be true or false (saola.toml line 2)");
  }

  /// In a pod beside a Service named saola, Kubernetes sets these for everybody.
  @Test
  void the_variables_of_launcher_and_kubernetes_are_no_mistakes() {
    for (String name :
        List.of(
            "SAOLA_JAVA_HOME",
            "SAOLA_JAVA_IMAGE",
            "SAOLA_DEBUG",
            "SAOLA_SERVER_PID",
            "SAOLA_PORT",
            "SAOLA_SERVICE_HOST",
            "SAOLA_SERVICE_PORT_HTTP",
            "SAOLA_PORT_80_TCP_ADDR")) {
      environment.put(name, "tcp://10.0.0.1:80");
    }

    assertThat(examine().problems()).isEmpty();
  }

  @Test
  void the_table_shows_what_is_in_force_and_why() {
    List<String> shown = new ArrayList<>();
    for (Effective value : examine("-e", "A=1", "-e", "B=2", "-b:80", "-b", ":81").effective()) {
      shown.add(value.setting().key() + " | " + value.text() + " | " + value.origin());
    }

    assertThat(shown)
        .hasSize(Settings.SECTIONS.stream().mapToInt(section -> section.settings().size()).sum())
        .contains(
            "target | (looked for in the folder) | default",
            "chdir | " + folder + " | default",
            "python | " + folder.resolve("bin/python3") + " | python3 on the PATH",
            "env | A=1 B=2 | flag -e",
            "bind | :80,:81 | flag -b",
            "spool-dir | /var/tmp | default");
  }
}
