package io.saola.cli;

import io.saola.boot.Identity;
import io.saola.boot.Server;
import io.saola.settings.Settings;
import io.saola.settings.SettingsException;
import io.saola.settings.Sources;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `saola demo`: prepares the example site in a folder of its own and serves it like any app.
final class Demo {
  private static final String PORT = "--port";

  private final PrintStream out;
  private final Sources sources;
  private final Path home;

  Demo(PrintStream out, Sources sources, Path home) {
    this.out = out;
    this.sources = sources;
    this.home = home;
  }

  int run() throws IOException, InterruptedException {
    List<String> words = arguments();
    // Everything that is wrong with the flags is said before the long part.
    Settings early = Settings.read(with(words));
    Identity.assume(early, home);
    Path state = home.resolve(".saola");
    Path site = home.resolve("examples/django_site");
    Process setup =
        new ProcessBuilder(
                early.app().interpreter().path().toString(),
                site.resolve("setup_demo.py").toString(),
                "--state",
                state.toString())
            .redirectInput(ProcessBuilder.Redirect.INHERIT)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String python = "";
    try (BufferedReader lines = setup.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        python = line;
      }
    }
    int code = setup.waitFor();
    if (code != 0) {
      return code;
    }
    words.add("--python");
    words.add(python);
    words.add("--env");
    words.add("DEMO_DATA=" + state.resolve("demo/data"));
    // What was prepared before is not part of the start.
    System.setProperty("saola.started", String.valueOf(System.currentTimeMillis() / 1000.0));
    Sources all = with(words);
    return Server.run(all, Settings.examine(all), home, this::invite);
  }

  private Sources with(List<String> words) {
    return new Sources(words, sources.environment(), sources.folder());
  }

  /// The demo's own values, then what was typed; of a flag given twice the last one counts.
  private List<String> arguments() {
    List<String> typed = new ArrayList<>();
    boolean bound = sources.environment().containsKey("SAOLA_BIND");
    List<String> words = sources.arguments();
    for (int at = 0; at < words.size(); at++) {
      String word = words.get(at);
      if (word.equals(PORT)) {
        if (++at == words.size()) {
          throw new SettingsException(List.of(PORT + ": needs a value, N"));
        }
        typed.add("--bind=127.0.0.1:" + words.get(at));
      } else if (word.startsWith(PORT + "=")) {
        typed.add("--bind=127.0.0.1:" + word.substring(PORT.length() + 1));
      } else {
        typed.add(word);
      }
      bound |= word.startsWith(PORT) || word.startsWith("-b") || word.startsWith("--bind");
    }
    List<String> all = new ArrayList<>();
    all.add("mysite.wsgi:application");
    all.add("--chdir=" + home.resolve("examples/django_site"));
    if (!bound) {
      all.add("--bind=127.0.0.1:8000");
    }
    if (!sources.environment().containsKey("SAOLA_WORKERS")) {
      all.add("--workers=4");
    }
    // The site's WhiteNoise could send them as well, and take a worker's time for it.
    if (!sources.environment().containsKey("SAOLA_STATIC")) {
      all.add("--static=auto");
    }
    all.addAll(typed);
    return all;
  }

  private void invite(List<String> urls) {
    String address = address(urls);
    out.print(
        "\nThe demo is ready: "
            + address
            + "/"
            + "\n\nFive things to try:\n"
            + ("  " + address + "/notes/          a form, stored in SQLite\n")
            + ("  " + address + "/counter/home/   exact, however many ask at once\n")
            + ("  " + address + "/stream/         a page that arrives in pieces\n")
            + ("  " + address + "/upload/         the size and SHA-256 of a file of yours\n")
            + ("  " + address + "/admin/          Django's own: admin, password admin\n")
            + "\nCtrl-C ends it.\n\n");
    out.flush();
  }

  /// The first TCP address, as a browser on this machine reaches it.
  private static String address(List<String> urls) {
    for (String url : urls) {
      if (url.startsWith("http:")) {
        return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//127.0.0.1:");
      }
    }
    return urls.getFirst();
  }
}
