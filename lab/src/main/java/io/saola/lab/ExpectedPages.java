package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the apps answer whose pages the lab does not know by itself: asked of each app in a Python
/// of its own, without a server, before anything is measured.
final class ExpectedPages {
  private final Path apps;
  private final Path python;
  private final Path scratch;
  private final Map<String, String> bodies = new HashMap<>();

  /// @param python that of the measured servers
  ExpectedPages(Path apps, Path python, Path scratch) {
    this.apps = apps;
    this.python = python;
    this.scratch = scratch;
  }

  /// Makes what an app needs before it can answer.
  void prepare(Workload workload) throws InterruptedException, LabException {
    if (workload == Workload.DJANGO) {
      run("cannot make the database of bookshop", List.of(script("prepare_bookshop.py")));
    }
  }

  /// @param target the app, `module:attribute`
  String body(String target, String path) throws IOException, InterruptedException, LabException {
    String known = bodies.get(target + path);
    if (known != null) {
      return known;
    }
    Path file = scratch.resolve("expected.out");
    run(
        "cannot ask " + target + " without a server",
        List.of(script("expected.py"), target, path, file.toString()));
    String body = Files.readString(file, UTF_8);
    bodies.put(target + path, body);
    return body;
  }

  private String script(String name) {
    return apps.resolve(name).toString();
  }

  private void run(String failure, List<String> arguments)
      throws InterruptedException, LabException {
    List<String> command = new ArrayList<>(List.of(python.toString()));
    command.addAll(arguments);
    Tools.Answer answer = Tools.run(command);
    if (answer.exit() != 0) {
      throw new LabException(failure + ": " + answer.lastLine());
    }
  }
}
