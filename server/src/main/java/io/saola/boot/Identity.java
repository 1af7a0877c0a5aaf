package io.saola.boot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.saola.os.Accounts;
import io.saola.os.Ports;
import io.saola.os.ThisProcess;
import io.saola.os.Tool;
import io.saola.settings.Bind;
import io.saola.settings.ServerSettings;
import io.saola.settings.Settings;
import io.saola.settings.SettingsException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// The user as whom the server runs.
///
/// A server that was started as root and is to be somebody else starts itself anew as that user, by
/// setpriv(1), before it has opened anything: the process that reads what strangers send has never
/// been root. What it keeps is the one capability that low ports need, if there are any.
public final class Identity {
  private static final String SETPRIV = "setpriv";

  /// Says which of its arguments the user cannot read.
  private static final String READABLE = "for f; do [ -r \"$f\" ] || printf '%s\\n' \"$f\"; done";

  private final ServerSettings wanted;
  private final ThisProcess.Ids now;

  private Identity(ServerSettings wanted, ThisProcess.Ids now) {
    this.wanted = wanted;
    this.now = now;
  }

  /// Who the server is to be.
  ///
  /// @param user null for a number that has no account
  private record Goal(String shown, int user, int group, Accounts.@Nullable User account) {}

  /// Makes this process what the settings ask for; does not return if it has to start anew.
  ///
  /// @param home where Saola itself lies, which the user must be able to read
  /// @throws SettingsException if that cannot be done
  public static void assume(Settings settings, Path home) {
    ServerSettings wanted = settings.server();
    if (!wanted.user().isEmpty() || !wanted.group().isEmpty()) {
      new Identity(wanted, ThisProcess.ids()).become(settings, home);
    }
    Integer mask = wanted.umask();
    if (mask != null) {
      ThisProcess.umask(mask);
    }
  }

  /// What root should hear who has not said that he means it; empty for everybody else.
  static Optional<String> advice(ServerSettings settings) {
    return settings.user().isEmpty() && ThisProcess.ids().isRoot()
        ? Optional.of("server and app run as root; to serve as somebody else: --user NAME")
        : Optional.empty();
  }

  private void become(Settings settings, Path home) {
    Goal goal = goal();
    if (now.user() == goal.user() && now.group() == goal.group()) {
      return;
    }
    if (!now.isRoot()) {
      throw refusal(
          "only root can become "
              + goal.shown()
              + ", and this is "
              + System.getProperty("user.name")
              + ": start it as root, or leave --user and --group out");
    }
    List<String> command = new ArrayList<>();
    command.add(setpriv());
    command.addAll(flags(goal, hasLowPort(settings)));
    probe(goal, command, settings, home);
    try {
      List<String> words = new ArrayList<>();
      command.forEach(word -> words.add(bytes(word)));
      words.add(bytes(Files.readSymbolicLink(Path.of("/proc/self/exe")).toString()));
      List<String> own = ThisProcess.words();
      words.addAll(own.subList(1, own.size()));
      ThisProcess.become(words, environment(goal));
    } catch (IOException e) {
      throw refusal("cannot become " + goal.shown() + ": " + e);
    }
    throw refusal("cannot become " + goal.shown() + ": " + SETPRIV + " cannot be executed");
  }

  private Goal goal() {
    String shown = wanted.user().isEmpty() ? "group " + wanted.group() : wanted.user();
    Accounts.User account = null;
    int user = now.user();
    int group = now.group();
    if (!wanted.user().isEmpty()) {
      account = Accounts.user(wanted.user()).orElse(null);
      OptionalInt number = Accounts.number(wanted.user());
      if (account != null) {
        user = account.user();
        group = account.group();
      } else if (number.isEmpty()) {
        throw refusal("there is no user " + wanted.user());
      } else if (wanted.group().isEmpty()) {
        throw refusal(
            "user " + wanted.user() + " has no account to take a group from: say --group");
      } else {
        user = number.getAsInt();
      }
    }
    if (!wanted.group().isEmpty()) {
      group =
          Accounts.group(wanted.group())
              .orElseThrow(() ->
                  new SettingsException(List.of("group: there is no group " + wanted.group())));
    }
    return new Goal(shown, user, group, account);
  }

  private List<String> flags(Goal goal, boolean lowPort) {
    List<String> flags = new ArrayList<>();
    if (goal.user() != now.user()) {
      flags.add("--reuid=" + goal.user());
    }
    flags.add("--regid=" + goal.group());
    if (goal.user() == now.user()) {
      flags.add("--keep-groups");
    } else {
      flags.add(goal.account() == null ? "--clear-groups" : "--init-groups");
      String kept = lowPort ? "-all,+net_bind_service" : "-all";
      flags.add("--inh-caps=" + kept);
      flags.add("--ambient-caps=" + kept);
    }
    return flags;
  }

  private static boolean hasLowPort(Settings settings) {
    int free = Ports.lowestFree();
    return settings.listen().binds().stream()
        .anyMatch(bind -> bind instanceof Bind.Tcp(_, int port) && port > 0 && port < free);
  }

  private static String setpriv() {
    for (String folder : paths(System.getenv("PATH"))) {
      Path program = Path.of(folder, SETPRIV);
      if (program.isAbsolute() && Files.isExecutable(program)) {
        return program.toString();
      }
    }
    throw refusal("to become another user Saola needs " + SETPRIV + " of util-linux: install that");
  }

  /// Tries it with a shell: once this process has become another user, whatever that user cannot
  /// read ends it without a word that anybody would understand.
  private static void probe(Goal goal, List<String> command, Settings settings, Path home) {
    List<String> probe = new ArrayList<>(command);
    probe.addAll(List.of("sh", "-c", READABLE, "sh"));
    probe.add(Path.of(System.getProperty("java.home"), "lib", "modules").toString());
    paths(System.getProperty("java.class.path")).stream()
        .map(entry -> Path.of(entry).toAbsolutePath())
        .filter(Files::exists) // root sees whether; to the user it may be hidden
        .forEach(entry -> probe.add(entry.toString()));
    probe.add(home.resolve("worker/src/saola_worker/keeper.py").toString());
    probe.add(settings.app().folder().toString());
    probe.add(settings.app().interpreter().path().toString());
    try {
      Tool.Result result = Tool.run(probe);
      if (result.code() != 0) {
        throw refusal("cannot become " + goal.shown() + ": " + result.err().strip());
      }
      if (!result.out().isEmpty()) {
        throw new SettingsException(
            result
                .out()
                .lines()
                .limit(3)
                .map(file -> "user: " + goal.shown() + " may not read " + file)
                .toList());
      }
    } catch (IOException e) {
      throw refusal("cannot become " + goal.shown() + ": " + e.getMessage());
    }
  }

  /// Root's home would be closed to the app, and full of root's settings.
  private static List<String> environment(Goal goal) throws IOException {
    List<String> environment = new ArrayList<>(ThisProcess.environment());
    Accounts.User account = goal.account();
    if (account != null) {
      Map<String, String> own =
          Map.of("HOME", account.home(), "USER", account.name(), "LOGNAME", account.name());
      environment.removeIf(
          entry -> own.containsKey(entry.substring(0, Math.max(0, entry.indexOf('=')))));
      own.forEach((name, value) -> environment.add(name + "=" + bytes(value)));
    }
    return environment;
  }

  private static List<String> paths(@Nullable String joined) {
    return joined == null ? List.of() : List.of(joined.split(File.pathSeparator, -1));
  }

  private static String bytes(String text) {
    return new String(text.getBytes(UTF_8), ISO_8859_1);
  }

  private static SettingsException refusal(String what) {
    return new SettingsException(List.of("user: " + what));
  }
}
