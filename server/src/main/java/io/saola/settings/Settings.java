package io.saola.settings;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Everything that an operator has decided, checked.
///
/// Sources by strength: flags, `SAOLA_*` variables, `saola.toml`, `[tool.saola]` in
/// `pyproject.toml`, `WEB_CONCURRENCY` and `PORT`, defaults.
public record Settings(
    AppSettings app,
    WarmupSettings warmup,
    ListenSettings listen,
    WorkerSettings workers,
    RecycleSettings recycle,
    AsgiSettings asgi,
    HttpSettings http,
    ClientSettings clients,
    CompressSettings compress,
    AnswerSettings answers,
    WebSockets webSockets,
    FileSettings files,
    QueueSettings queue,
    SpoolSettings spool,
    LogSettings log,
    ServerSettings server,
    ReloadSettings reload) {
  /// In the order of help and documentation.
  public static final List<Section> SECTIONS =
      List.of(
          AppSettings.SECTION,
          WarmupSettings.SECTION,
          ListenSettings.SECTION,
          WorkerSettings.SECTION,
          RecycleSettings.SECTION,
          AsgiSettings.SECTION,
          HttpSettings.SECTION,
          ClientSettings.SECTION,
          CompressSettings.SECTION,
          AnswerSettings.SECTION,
          WebSockets.SECTION,
          FileSettings.SECTION,
          QueueSettings.SECTION,
          SpoolSettings.SECTION,
          LogSettings.SECTION,
          TraceSettings.SECTION,
          ServerSettings.SECTION,
          ReloadSettings.SECTION);

  private static final Set<Setting<?>> RELOADABLE = reloadable();

  private static Set<Setting<?>> reloadable() {
    Set<Setting<?>> all = new HashSet<>(AppSettings.SECTION.settings());
    // The keeper has been started by this Python, in this folder, and the front knows the prefix.
    all.removeAll(List.of(AppSettings.PYTHON, AppSettings.CHDIR, AppSettings.ROOT_PATH));
    all.addAll(WarmupSettings.SECTION.settings());
    all.addAll(AnswerSettings.SECTION.settings());
    all.addAll(
        List.of(
            WorkerSettings.COUNT,
            WorkerSettings.SURGE,
            WorkerSettings.THREADS,
            WorkerSettings.BOOT_CONCURRENCY,
            AsgiSettings.LOOP,
            AsgiSettings.LIFESPAN,
            AsgiSettings.THREADS));
    return Set.copyOf(all);
  }

  /// What a reload can change: all that concerns the app and its workers, and what answers look
  /// like. Everything else is what the server itself was started with.
  public static boolean isReloadable(Setting<?> setting) {
    return RELOADABLE.contains(setting);
  }

  /// The settings, or every problem in one go.
  ///
  /// @throws SettingsException if there is any problem
  public static Settings read(Sources sources) {
    return examine(sources).settings();
  }

  /// The settings as far as they are right, with every value's origin and every problem.
  public static Reading examine(Sources sources) {
    List<String> problems = new ArrayList<>();
    List<Map<String, Given>> layers = new ArrayList<>();
    layers.add(CommandLine.read(sources, problems));
    layers.add(Variables.read(sources, problems));
    // Where files are, only flags and variables can say.
    Values early = new Values(layers, sources, new ArrayList<>());
    String config = early.get(ServerSettings.CONFIG);
    Path start = early.base(AppSettings.CHDIR).resolve(early.get(AppSettings.CHDIR)).normalize();
    if (config.isEmpty()) {
      addFile(layers, start, "saola.toml", problems);
      addFile(layers, start, "pyproject.toml", problems);
    } else {
      Path file = early.base(ServerSettings.CONFIG).resolve(config).normalize();
      layers.add(SettingsFile.read(file, config, problems));
    }
    layers.add(Variables.readPlatform(sources));
    Values values = new Values(layers, sources, problems);
    Settings settings = from(values);
    return new Reading(settings, ordered(values.effective()), List.copyOf(problems));
  }

  private static void addFile(
      List<Map<String, Given>> layers, Path folder, String name, List<String> problems) {
    Path file = folder.resolve(name);
    if (Files.exists(file)) {
      layers.add(SettingsFile.read(file, name, problems));
    }
  }

  private static Settings from(Values values) {
    Path folder = values.base(AppSettings.CHDIR).resolve(values.get(AppSettings.CHDIR)).normalize();
    if (!Files.isDirectory(folder)) {
      values.problem(AppSettings.CHDIR, "there is no folder " + folder);
    }
    values.show(AppSettings.CHDIR, folder.toString(), values.origin(AppSettings.CHDIR));
    values.get(ServerSettings.CONFIG);
    AppSettings app = AppSettings.from(values, folder);
    ListenSettings listen = ListenSettings.from(values, folder);
    WorkerSettings workers = WorkerSettings.from(values);
    return new Settings(
        app,
        WarmupSettings.from(values, workers.bootTimeout()),
        listen,
        workers,
        RecycleSettings.from(values),
        AsgiSettings.from(values),
        HttpSettings.from(values),
        ClientSettings.from(values),
        CompressSettings.from(values),
        AnswerSettings.from(values, folder),
        WebSockets.from(values),
        FileSettings.from(values, folder),
        QueueSettings.from(values),
        SpoolSettings.from(values, folder),
        LogSettings.from(values, folder),
        ServerSettings.from(values, folder),
        ReloadSettings.from(values, folder));
  }

  private static List<Effective> ordered(List<Effective> found) {
    Map<Setting<?>, Effective> bySetting = new LinkedHashMap<>();
    for (Effective value : found) {
      bySetting.put(value.setting(), value);
    }
    List<Effective> ordered = new ArrayList<>();
    for (Section section : SECTIONS) {
      for (Setting<?> setting : section.settings()) {
        Effective value = bySetting.get(setting);
        if (value != null) {
          ordered.add(value);
        }
      }
    }
    return List.copyOf(ordered);
  }
}
