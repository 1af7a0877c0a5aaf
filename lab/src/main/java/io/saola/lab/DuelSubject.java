package io.saola.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a small tool of the lab compares: a few sides that answer the same questions.
interface DuelSubject {
  /// As on the command line.
  String tool();

  /// What it measures, for its help.
  String text();

  List<Question> questions();

  List<Side> sides();

  /// Writes what the sides are asked for.
  void prepare(Path folder) throws IOException;

  /// What is asked of Saola, and what else the medians say: each in a line.
  List<String> findings(DuelResult result);

  /// What all sides are asked for.
  ///
  /// @param coding that the client accepts, and gets; nothing for none
  record Question(String label, String path, String coding) {
    List<String> fields() {
      return coding.isEmpty() ? List.of() : List.of("Accept-Encoding: " + coding);
    }
  }

  /// Where a side is started. The working directory is the folder of the apps.
  ///
  /// @param folder for what it writes, where `prepare` has been
  /// @param nginx the program, if there is one
  record Place(Path home, Path python, Path folder, @Nullable Path nginx, List<String> saolaArgs) {

    /// Saola with one worker.
    List<String> saola(String address, String app, List<String> more) {
      List<String> command = new ArrayList<>();
      command.addAll(List.of(home.resolve("saola").toString(), "serve", app, "--chdir"));
      command.add(home.resolve("lab/apps").toString());
      command.addAll(List.of("-w", "1", "-b", address, "--python", python.toString()));
      command.addAll(more);
      command.addAll(saolaArgs);
      return command;
    }
  }

  /// A server in one of its ways to be set up.
  ///
  /// @param note how it is set up, for the foot of the table
  record Side(String name, boolean nginx, String note, Command command) {
    interface Command {
      List<String> at(Place place, String address) throws IOException;
    }
  }
}
