package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;
import static io.saola.settings.Setting.Shape.ARGUMENT;
import static io.saola.settings.Setting.Shape.MANY_WHOLE;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which app is served, and with which Python.
///
/// @param target `module:attribute`; empty if the app is to be found in the folder
/// @param folder absolute folder that the app runs in, first entry of its `sys.path`
/// @param pythonPath further entries, absolute
/// @param env variables added to the app's environment
/// @param rootPath empty, or `/prefix` without a slash at the end
/// @param loadStrict whether an app that cannot be forked is refused
/// @param kind how the app is called
/// @param factory whether the target is called, and what it returns is the app
public record AppSettings(
    String target,
    Path folder,
    List<Path> pythonPath,
    Interpreter interpreter,
    Map<String, String> env,
    String rootPath,
    Load load,
    boolean loadStrict,
    Interface kind,
    boolean factory) {
  static final Section SECTION = new Section("The app");

  static final Setting<String> TARGET =
      SECTION.add(
          new Setting<>(
              "target",
              NO_LETTER,
              "TARGET",
              "",
              new Target(),
              ARGUMENT,
              "The app: MODULE:ATTRIBUTE, MODULE:FACTORY(), or a module whose attribute is"
                  + " application. Without it a Django, Flask, FastAPI or other app is looked for"
                  + " in the folder."));

  static final Setting<String> CHDIR =
      SECTION.text(
          "chdir",
          NO_LETTER,
          "FOLDER",
          "Folder to serve from: files of settings, the app and relative paths are looked for in"
              + " it. Without it, the working folder.");

  static final Setting<String> PYTHONPATH =
      SECTION.many(
          "pythonpath",
          NO_LETTER,
          "FOLDERS",
          "",
          new Words(),
          "Further folders to import from, separated by commas or colons.");

  static final Setting<String> PYTHON =
      SECTION.text(
          "python",
          NO_LETTER,
          "PATH",
          "Python interpreter, 3.10 or newer, or the folder of a virtual environment. Without it"
              + " $VIRTUAL_ENV, else .venv or venv beside the app, else python3.");

  static final Setting<Assignment> ENV =
      SECTION.add(
          new Setting<>(
              "env",
              'e',
              "NAME=VALUE",
              "",
              new Assignment.Notation(),
              MANY_WHOLE,
              "Variable for the app's environment; repeatable. In a file, a table [env]."));

  static final Setting<String> ROOT_PATH =
      SECTION.one(
          "root-path",
          NO_LETTER,
          "PREFIX",
          "",
          new Prefix(false),
          "Path under which the app is mounted (SCRIPT_NAME).");

  static final Setting<Load> LOAD =
      SECTION.one(
          "load",
          NO_LETTER,
          "MODE",
          "prewarm",
          new OneOf<>(List.of(Load.values())),
          "Who imports the app: prewarm (once, before the workers are forked, sharing memory),"
              + " prefork (each worker at its start) or lazy (each at its first request).");

  static final Setting<Boolean> LOAD_STRICT =
      SECTION.flag(
          "load-strict",
          "With prewarm, refuse an app that leaves threads or connections which cannot be forked,"
              + " instead of going on with prefork.");

  static final Setting<Interface> INTERFACE =
      SECTION.one(
          "interface",
          NO_LETTER,
          "NAME",
          "auto",
          new OneOf<>(List.of(Interface.values())),
          "How the app is called: wsgi, asgi, or auto, which finds out when the app is imported"
              + " (with lazy it means wsgi).");

  static final Setting<Boolean> FACTORY =
      SECTION.flag(
          "factory", "The target is a function that returns the app: call it without arguments.");

  static AppSettings from(Values values, Path folder) {
    Map<String, String> env = new LinkedHashMap<>();
    for (Assignment assignment : values.all(ENV)) {
      env.put(assignment.name(), assignment.value());
    }
    List<Path> pythonPath = new ArrayList<>();
    for (String entry : values.all(PYTHONPATH)) {
      for (String path : entry.split(":", -1)) {
        if (!path.isEmpty()) {
          pythonPath.add(folder.resolve(path).normalize());
        }
      }
    }
    String target = values.get(TARGET);
    if (values.origin(TARGET).equals(Values.DEFAULT)) {
      values.show(TARGET, "(looked for in the folder)", Values.DEFAULT);
    }
    boolean factory = values.get(FACTORY);
    if (factory && (target.isEmpty() || target.endsWith(")"))) {
      values.problem(
          FACTORY,
          target.isEmpty()
              ? "needs a target: MODULE:FACTORY"
              : "the target calls the factory itself: leave out one of the two");
    }
    return new AppSettings(
        target,
        folder,
        List.copyOf(pythonPath),
        Interpreter.find(values, folder),
        Map.copyOf(env),
        values.get(ROOT_PATH),
        values.get(LOAD),
        values.get(LOAD_STRICT),
        values.get(INTERFACE),
        factory);
  }
}
