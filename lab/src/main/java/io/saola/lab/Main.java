package io.saola.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The command line of the lab, and its only exit.
public final class Main {
  private static final int FAILED = 1;

  /// EX_CONFIG of sysexits.h, as everywhere in Saola.
  private static final int USAGE = 78;

  private static final int INTERRUPTED = 130;

  private static final List<String> TOOLS =
      List.of(
          "peers",
          "startup",
          "chaos",
          "slow-clients",
          "static",
          "compress",
          "access-log",
          "image",
          "soak",
          "jmh");

  private static final String HELP =
      """
      usage: saola lab TOOL [options]

      Measures Saola from outside, as an operator sees it.

        peers         Saola beside Granian, Gunicorn, uWSGI, Waitress, Uvicorn and Hypercorn
        startup       what it takes to start a large Django project, in time and in memory
        chaos         requests while workers are killed, recycled, and code is reloaded
        slow-clients  what a fast client notices of slow ones, and what becomes of these
        static        files, beside nginx
        compress      what it costs to compress answers, and what it saves
        access-log    what it costs to write a line for each request
        jmh           what the event loop does for a request, piece by piece: time and bytes
        image         start, memory and warm-up: from the image, and from the classes
        soak          whether the server grows under a load that does not

      'saola lab TOOL --help' explains a tool.
      """;

  private Main() {}

  /// Runs one tool of the lab.
  public static void main(String[] arguments) {
    System.exit(run(List.of(arguments)));
  }

  static int run(List<String> arguments) {
    String tool = arguments.isEmpty() ? "--help" : arguments.getFirst();
    try {
      return switch (tool) {
        case "--help", "-h", "help" -> {
          System.out.print(HELP);
          yield 0;
        }
        case "peers" -> peers(PeersOptions.parse(arguments.subList(1, arguments.size())));
        case "startup" -> startup(StartupOptions.parse(arguments.subList(1, arguments.size())));
        case "chaos" -> chaos(ChaosOptions.parse(arguments.subList(1, arguments.size())));
        case "slow-clients" -> slow(SlowOptions.parse(arguments.subList(1, arguments.size())));
        case "static" -> duel(new StaticFiles(), arguments.subList(1, arguments.size()));
        case "compress" -> duel(new CompressedAnswers(), arguments.subList(1, arguments.size()));
        case "access-log" -> duel(new AccessLogs(), arguments.subList(1, arguments.size()));
        case "image" -> image(ImageOptions.parse(arguments.subList(1, arguments.size())));
        case "soak" -> soak(SoakOptions.parse(arguments.subList(1, arguments.size())));
        default ->
            throw new UsageException(List.of(Suggestion.sentence("tool of the lab", tool, TOOLS)));
      };
    } catch (UsageException e) {
      e.problems().forEach(Main::complain);
      return USAGE;
    }
  }

  /// What is left of a tool once its options are known.
  private interface Tool {
    int run(Processes processes) throws IOException, InterruptedException, LabException;
  }

  private static int peers(PeersOptions options) {
    if (options.help()) {
      System.out.print(PeersOptions.helpText());
      return 0;
    }
    return measure(
        processes -> new Peers(home(), options, processes, InstantSource.system()).run());
  }

  private static int startup(StartupOptions options) {
    if (options.help()) {
      System.out.print(StartupOptions.helpText());
      return 0;
    }
    return measure(
        processes -> new Startup(home(), options, processes, InstantSource.system()).run());
  }

  private static int chaos(ChaosOptions options) {
    if (options.help()) {
      System.out.print(ChaosOptions.helpText());
      return 0;
    }
    return measure(
        processes -> new Chaos(home(), options, processes, InstantSource.system()).run());
  }

  private static int slow(SlowOptions options) {
    if (options.help()) {
      System.out.print(SlowOptions.helpText());
      return 0;
    }
    return measure(processes -> new Slow(home(), options, processes, InstantSource.system()).run());
  }

  private static int duel(DuelSubject subject, List<String> words) throws UsageException {
    DuelOptions options = DuelOptions.parse(subject, words);
    if (options.help()) {
      System.out.print(DuelOptions.helpText(subject));
      return 0;
    }
    return measure(processes -> new Duel(home(), options, processes, InstantSource.system()).run());
  }

  private static int image(ImageOptions options) {
    if (options.help()) {
      System.out.print(ImageOptions.HELP);
      return 0;
    }
    return measure(
        processes -> new Image(home(), options, processes, InstantSource.system()).run());
  }

  private static int soak(SoakOptions options) {
    if (options.help()) {
      System.out.print(SoakOptions.helpText());
      return 0;
    }
    return measure(processes -> new Soak(home(), options, processes, InstantSource.system()).run());
  }

  private static int measure(Tool tool) {
    Processes processes = new Processes();
    Runtime.getRuntime().addShutdownHook(new Thread(processes::close, "lab-stop"));
    try {
      return tool.run(processes);
    } catch (LabException | IOException e) {
      // Ctrl-C pulls the processes away under the measurement: what it says then is no news.
      return processes.isClosing() ? INTERRUPTED : complain(e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return INTERRUPTED;
    }
  }

  private static int complain(@Nullable String problem) {
    System.err.println("lab: " + problem);
    return FAILED;
  }

  /// The checkout: the launcher says where it is.
  private static Path home() {
    return Path.of(System.getProperty("saola.home", "")).toAbsolutePath().normalize();
  }
}
