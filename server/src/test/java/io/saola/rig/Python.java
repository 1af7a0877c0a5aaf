package io.saola.rig;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A CPython on this machine.
public record Python(int minor, Path path) {
  private static final List<Python> PRESENT = find();

  @Override
  public String toString() {
    return "3." + minor;
  }

  /// One of every minor version that the worker supports and that is here.
  public static List<Python> present() {
    return PRESENT;
  }

  /// What a caller writes to the standard input of a script.
  public interface Input {
    void write(OutputStream out) throws IOException;
  }

  /// Runs a script to its end and gives back the lines that it printed.
  public List<String> run(String script, Input input) {
    try {
      Process process =
          new ProcessBuilder(path.toString(), "-I", "-S", "-c", script)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      FutureTask<@Nullable Void> written =
          new FutureTask<>(() -> {
            try (OutputStream out = process.getOutputStream()) {
              input.write(out);
            }
            return null;
          });
      Thread.ofVirtual().start(written);
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      written.get();
      int code = process.waitFor();
      if (code != 0) {
        throw new AssertionError(path + " exited with " + code + ": " + output);
      }
      return output.lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ExecutionException e) {
      throw new AssertionError("nothing was written to " + path, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static List<Python> find() {
    Map<Integer, Python> found = new TreeMap<>();
    for (Path candidate : candidates()) {
      String name = candidate.getFileName().toString();
      int minor = Integer.parseInt(name.substring("python3.".length()));
      if (minor >= 10 && !found.containsKey(minor) && works(candidate)) {
        found.put(minor, new Python(minor, candidate));
      }
    }
    if (found.isEmpty()) {
      throw new IllegalStateException("there is no Python from 3.10 on");
    }
    return List.copyOf(found.values());
  }

  private static List<Path> candidates() {
    List<Path> folders = new ArrayList<>();
    Path versions = Path.of(System.getProperty("user.home"), ".pyenv/versions");
    if (Files.isDirectory(versions)) {
      list(versions).forEach(version -> folders.add(version.resolve("bin")));
    }
    String path = System.getenv().getOrDefault("PATH", "/usr/bin");
    Stream.of(path.split(File.pathSeparator, -1)).map(Path::of).forEach(folders::add);
    List<Path> found = new ArrayList<>();
    for (Path folder : folders) {
      for (int minor = 10; minor < 20; minor++) {
        Path python = folder.resolve("python3." + minor);
        if (Files.isExecutable(python)) {
          found.add(python);
        }
      }
    }
    return found;
  }

  private static List<Path> list(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A pyenv shim of a version that is not chosen only says so.
  private static boolean works(Path python) {
    String script = "import sys; sys.exit(sys.implementation.name != 'cpython')";
    try {
      Process process =
          new ProcessBuilder(python.toString(), "-I", "-S", "-c", script)
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      process.getInputStream().readAllBytes();
      return process.waitFor() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
