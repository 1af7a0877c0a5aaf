package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;

/// What a server has written, all of it or since some moment.
final class ServerOutput {
  private static final Pattern BAD_NEWS = Pattern.compile("\\[(WARNING|ERROR|CRITICAL)\\]");
  private static final int PAUSE_MILLIS = 5;

  private final Path file;
  private final int seen;

  private ServerOutput(Path file, int seen) {
    this.file = file;
    this.seen = seen;
  }

  static ServerOutput of(Path file) {
    return new ServerOutput(file, 0);
  }

  /// What is written from now on.
  ServerOutput fromHere() throws IOException {
    return new ServerOutput(file, Files.readAllBytes(file).length);
  }

  private int count(Pattern pattern) throws IOException {
    return (int) pattern.matcher(fresh()).results().count();
  }

  /// Waits until the pattern is there so many times.
  ///
  /// @param over whether there is no use in waiting any longer
  /// @return whether it came
  boolean await(Pattern pattern, int times, Duration patience, BooleanSupplier over)
      throws IOException, InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (count(pattern) < times) {
      if (System.nanoTime() > deadline || over.getAsBoolean()) {
        return count(pattern) >= times;
      }
      Thread.sleep(PAUSE_MILLIS);
    }
    return true;
  }

  /// The last of the lines that tell of something bad, at most so many.
  List<String> badNews(int most) throws IOException {
    List<String> lines = fresh().lines().filter(line -> BAD_NEWS.matcher(line).find()).toList();
    return lines.subList(Math.max(0, lines.size() - most), lines.size());
  }

  private String fresh() throws IOException {
    byte[] all = Files.readAllBytes(file);
    int from = Math.min(seen, all.length);
    return new String(all, from, all.length - from, UTF_8);
  }
}
