package io.saola.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the Python processes say of the app's files: a file for each generation, which only grows
/// (PROTOCOL §15).
final class Announcements {
  private static final Logger LOG = LoggerFactory.getLogger(Announcements.class);

  /// Files of generations that are kept: the one that serves, and some that are being tried.
  private static final int KEPT = 3;

  /// The most that is read at once.
  private static final int BUFFER = 64 * 1024;

  /// A line of one of them.
  ///
  /// @param isFolder whether all that is in it counts
  record Announced(Path path, boolean isFolder) {}

  private final Path folder;
  private final TreeMap<Integer, Long> read = new TreeMap<>();

  Announcements(Path folder) {
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /// What was said since the last time.
  List<Announced> next() {
    List<Announced> said = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      files
          .map(file -> String.valueOf(file.getFileName()))
          .sorted()
          .forEach(name -> {
            if (name.matches("[0-9]{1,9}")) {
              read(Integer.parseInt(name), said::add);
            }
          });
      forget();
    } catch (IOException e) {
      LOG.debug("announcements not read path={} error={}", folder, e.toString());
    }
    return said;
  }

  private void read(int generation, Consumer<Announced> said) {
    Path file = folder.resolve(Integer.toString(generation));
    try (FileChannel channel = FileChannel.open(file)) {
      long at = read.getOrDefault(generation, 0L);
      ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
      while (channel.read(buffer.clear(), at) > 0) {
        int end = buffer.position();
        while (end > 0 && buffer.get(end - 1) != '\n') {
          end--; // the last line may not be whole
        }
        if (end == 0) {
          break;
        }
        new String(buffer.array(), 0, end, UTF_8).lines().forEach(line -> parse(line, said));
        at += end;
      }
      read.put(generation, at);
    } catch (IOException e) {
      LOG.debug("announcements not read path={} error={}", file, e.toString());
    }
  }

  private static void parse(String line, Consumer<Announced> said) {
    int space = line.indexOf(' ');
    try {
      said.accept(new Announced(Path.of(line.substring(space + 1)), line.startsWith("folder ")));
    } catch (InvalidPathException e) {
      LOG.debug("cannot watch path={}", line);
    }
  }

  private void forget() throws IOException {
    while (read.size() > KEPT) {
      Files.deleteIfExists(folder.resolve(Integer.toString(read.pollFirstEntry().getKey())));
    }
  }
}
