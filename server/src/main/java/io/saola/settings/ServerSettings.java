package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;
import static io.saola.settings.Setting.Shape.NOT_IN_FILES;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The server process itself.
///
/// @param pidFile absolute; null for none
/// @param readyFile absolute; null for none
/// @param listenEarly whether connections are let in before the app is ready
/// @param whenReady a command for the shell; empty for none
/// @param crashTogether whether all ends when one process dies
/// @param user name or number; empty to stay who started the server
/// @param group name or number; empty for the user's own
/// @param umask what it takes away from the mode of new files; null to leave that as it is
/// @param drainDelay how long a server that was told to stop goes on accepting
/// @param takeOver the running server whose addresses are taken over; empty for none
public record ServerSettings(
    @Nullable Path pidFile,
    @Nullable Path readyFile,
    boolean listenEarly,
    String whenReady,
    boolean crashTogether,
    String user,
    String group,
    @Nullable Integer umask,
    Duration drainDelay,
    String takeOver) {
  static final Section SECTION = new Section("The server");

  static final Setting<String> CONFIG =
      SECTION.add(
          new Setting<>(
              "config",
              'c',
              "FILE",
              "",
              new Words(),
              NOT_IN_FILES,
              "File of settings, instead of saola.toml and [tool.saola] of pyproject.toml."));

  static final Setting<String> PID =
      SECTION.text("pid", 'p', "FILE", "File to write the server's process id to.");

  static final Setting<String> READY_FILE =
      SECTION.text(
          "ready-file",
          NO_LETTER,
          "FILE",
          "File that exists while the server is ready; it holds the addresses, one per line.");

  static final Setting<Boolean> LISTEN_EARLY =
      SECTION.flag(
          "listen-early",
          "Let connections in before the app is ready, and answer 503 until it is. Without it they"
              + " are refused.");

  static final Setting<String> WHEN_READY =
      SECTION.text(
          "when-ready",
          NO_LETTER,
          "COMMAND",
          "Command that the server runs once, by /bin/sh, when it is ready.");

  static final Setting<Boolean> CRASH_TOGETHER =
      SECTION.flag(
          "crash-together",
          "End the whole server, with exit code 70, when a worker or mold dies that nobody told to."
              + " Without it, it is replaced.");

  static final Setting<String> USER =
      SECTION.text(
          "user", 'u', "NAME", "User to serve as, if started as root: the server and the app.");

  static final Setting<String> GROUP =
      SECTION.text("group", 'g', "NAME", "Group to serve as, instead of the user's own.");

  static final Setting<String> UMASK =
      SECTION.one(
          "umask",
          'm',
          "OCTAL",
          "",
          new FileMask(),
          "Permissions that new files of the server and the app do not get, such as 027; in a file"
              + " of settings in quotes.");

  static final Setting<Duration> DRAIN_DELAY =
      SECTION.timeOrNone(
          "drain-delay",
          NO_LETTER,
          "0",
          "Time after SIGTERM in which connections are still accepted while /-/ready says 503, so"
              + " that load balancers can turn away first.");

  static final Setting<String> TAKE_OVER =
      SECTION.add(
          new Setting<>(
              "take-over",
              NO_LETTER,
              "SERVER",
              "",
              new Words(),
              NOT_IN_FILES,
              "Take the addresses over from a running server, which ends when this one is ready: its"
                  + " runtime folder, control socket, pid file or pid. saola upgrade does it by"
                  + " itself."));

  static ServerSettings from(Values values, Path folder) {
    String mask = values.get(UMASK);
    return new ServerSettings(
        file(values, PID, folder),
        file(values, READY_FILE, folder),
        values.get(LISTEN_EARLY),
        values.get(WHEN_READY),
        values.get(CRASH_TOGETHER),
        values.get(USER),
        values.get(GROUP),
        mask.isEmpty() ? null : Integer.parseInt(mask, FileMask.OCTAL),
        values.get(DRAIN_DELAY),
        values.get(TAKE_OVER));
  }

  private static @Nullable Path file(Values values, Setting<String> setting, Path folder) {
    String file = values.get(setting);
    if (file.isEmpty()) {
      return null;
    }
    Path path = folder.resolve(file).normalize();
    Path parent = path.getParent();
    if (parent == null || !Files.isDirectory(parent) || Files.isDirectory(path)) {
      values.problem(
          setting, path + " cannot be a file: its folder does not exist, or it is a folder");
    }
    return path;
  }
}
