package io.saola.cli;

import io.saola.control.ControlClient;
import io.saola.control.Json;
import io.saola.control.RefusedException;
import io.saola.control.Request;
import io.saola.control.Servers;
import io.saola.os.Children;
import io.saola.settings.SettingsException;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The commands that a running server is asked to do.
final class Remote {
  private static final Duration LOOK = Duration.ofMillis(20);

  private final PrintStream out;
  private final PrintStream err;
  private final Servers servers;

  Remote(PrintStream out, PrintStream err, Servers servers) {
    this.out = out;
    this.err = err;
    this.servers = servers;
  }

  /// No server can be asked, or it is not clear which.
  private static final class NoServerException extends Exception {
    private final int exitCode;

    NoServerException(int exitCode, String message) {
      super(message);
      this.exitCode = exitCode;
    }
  }

  /// @throws SettingsException if the words are wrong
  int run(Command command, List<String> words) throws InterruptedException {
    RemoteWords given = RemoteWords.parse(command, words);
    try {
      Servers.Found server = given.server().isEmpty() ? only() : named(given.server());
      if (command == Command.STATUS) {
        show(given, server.status(), StatusText.of(server.status()));
        return Exit.OK;
      }
      try (ControlClient client = ControlClient.connect(server.socket())) {
        Object value = client.ask(request(command, given));
        if (command != Command.STOP) {
          show(given, value, text(command, given, value));
        }
      }
      if (command == Command.STOP) {
        awaitEnd(server.pid());
      }
      return Exit.OK;
    } catch (NoServerException e) {
      say(String.valueOf(e.getMessage()));
      return e.exitCode;
    } catch (RefusedException | IOException e) {
      say(command.text() + ": " + e.getMessage());
      return Exit.FAILED;
    }
  }

  private static Request request(Command command, RemoteWords given) {
    String argument = given.argument();
    return switch (command) {
      case PS -> Request.of(given.files() ? "files" : "ps");
      case STACK -> Request.of("stack", "slot", Long.valueOf(argument));
      case RECYCLE ->
          Request.of("recycle", "slot", argument.equals("all") ? "all" : Long.valueOf(argument));
      case SCALE -> Request.of("scale", "workers", Long.valueOf(argument));
      default -> Request.of(command.text());
    };
  }

  private static String text(Command command, RemoteWords given, Object value) {
    if (command == Command.PS) {
      return given.files() ? PsTable.files(value) : PsTable.workers(value);
    }
    return StatusText.plain(value.toString()) + "\n";
  }

  private void show(RemoteWords given, Object value, String text) {
    out.print(given.json() ? Json.writeIndented(value) : text);
    out.flush();
  }

  private void say(String problem) {
    err.println("saola: " + StatusText.plain(problem));
  }

  /// Until it has ended, which it does within its graceful timeout. One that nobody reaps, as in a
  /// container whose first process does not, counts as running for the JDK for ever.
  private void awaitEnd(long pid) throws InterruptedException {
    ProcessHandle process = ProcessHandle.of(pid).orElse(null);
    while (process != null && process.isAlive() && !Children.isZombie(pid)) {
      Thread.sleep(LOOK);
    }
    out.println("stopped");
  }

  // ---- which server

  private Servers.Found only() throws NoServerException, InterruptedException {
    Servers.Search search = servers.search();
    List<Servers.Found> found = search.found();
    if (found.isEmpty()) {
      List<String> lines = new ArrayList<>(search.remarks());
      lines.addFirst("no server is running; saola serve starts one");
      throw new NoServerException(Exit.UNAVAILABLE, String.join("\n", lines));
    }
    search.remarks().forEach(this::say);
    List<Servers.Found> serving = found.stream().filter(Servers.Found::isServing).toList();
    if (found.size() == 1 || serving.size() == 1) {
      return serving.isEmpty() ? found.getFirst() : serving.getFirst();
    }
    throw new NoServerException(
        Exit.USAGE,
        found.size()
            + " servers are running; say which with --server PID:\n"
            + StatusText.list(found.stream().<Map<?, ?>>map(Servers.Found::status).toList()));
  }

  private Servers.Found named(String name) throws NoServerException, InterruptedException {
    try {
      return servers.named(name);
    } catch (RefusedException e) {
      throw new NoServerException(Exit.UNAVAILABLE, String.valueOf(e.getMessage()));
    }
  }
}
