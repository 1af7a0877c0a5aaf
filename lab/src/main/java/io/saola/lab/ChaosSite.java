package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardCopyOption.REPLACE_EXISTING;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The folder of the app that `lab chaos` serves, which is deployed well and badly.
final class ChaosSite {
  private static final String BROKEN = "raise ImportError('broken by lab chaos')\n";

  /// What `lab/apps/chaos.py` answers.
  static final String BODY = "Nobody is to notice.\n".repeat(100);

  private final Path folder;
  private final String app;

  private ChaosSite(Path folder, String app) {
    this.folder = folder;
    this.app = app;
  }

  static ChaosSite prepare(Path home) throws IOException {
    Path folder = Files.createDirectories(home.resolve(".saola/lab/chaos"));
    return new ChaosSite(folder, Files.readString(home.resolve("lab/apps/chaos.py")));
  }

  Path folder() {
    return folder;
  }

  /// @param importSeconds processor time that each import takes
  void deploy(double importSeconds) throws IOException {
    put("import-seconds.txt", Double.toString(importSeconds));
    mend();
  }

  void mend() throws IOException {
    put("chaos.py", app);
  }

  void breakIt() throws IOException {
    put("chaos.py", BROKEN);
  }

  /// Nobody reads half a file, as with any deploy that is worth the name.
  private void put(String name, String text) throws IOException {
    Path whole = folder.resolve(name + ".new");
    Files.write(whole, text.getBytes(UTF_8));
    Files.move(whole, folder.resolve(name), ATOMIC_MOVE, REPLACE_EXISTING);
  }
}
