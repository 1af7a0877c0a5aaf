package io.saola.observe;

import io.saola.settings.LogSettings.Rotation;
import io.saola.settings.LogTarget;
import io.saola.settings.SettingsException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The file behind a log: appended to, opened anew when it was renamed, and begun anew when it has
/// grown to its limit.
final class LogFile implements LogOutput {
  private static final Logger LOG = LoggerFactory.getLogger(LogFile.class);

  private static final Rotation NEVER = new Rotation(Long.MAX_VALUE, 1);

  private final @Nullable Path path;
  private final Rotation rotation;
  private FileChannel channel;
  private long size;
  private boolean wholeLines = true;

  private LogFile(@Nullable Path path, Rotation rotation, FileChannel channel, long size) {
    this.path = path;
    this.rotation = rotation;
    this.channel = channel;
    this.size = size;
  }

  /// @throws SettingsException if it cannot be opened
  static LogFile open(LogTarget target, Rotation rotation) {
    if (!(target instanceof LogTarget.File(Path path))) {
      FileChannel out = new FileOutputStream(FileDescriptor.out).getChannel();
      return new LogFile(null, rotation, out, 0);
    }
    try {
      FileChannel channel = append(path);
      boolean regular = Files.isRegularFile(path);
      return new LogFile(path, regular ? rotation : NEVER, channel, regular ? channel.size() : 0);
    } catch (IOException e) {
      throw new SettingsException(
          List.of("access-logfile: " + path + " cannot be opened: " + reason(path, e)));
    }
  }

  /// A FIFO is opened for reading too: opening one that nobody reads would wait until somebody
  /// does.
  private static FileChannel append(Path path) throws IOException {
    if (Files.exists(path) && !Files.isRegularFile(path) && !Files.isDirectory(path)) {
      return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }
    return FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  private static String reason(Path path, IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "its folder does not exist";
      case AccessDeniedException _ -> "permission denied";
      default -> Files.isDirectory(path) ? "it is a folder" : String.valueOf(e.getMessage());
    };
  }

  @Override
  public void write(ByteBuffer bytes) throws IOException {
    if (size >= rotation.maxSize() && wholeLines && path != null) {
      rotate(path);
    }
    int before = bytes.position();
    channel.write(bytes);
    size += bytes.position() - before;
    wholeLines = bytes.position() == 0 || bytes.get(bytes.position() - 1) == '\n';
  }

  /// `FILE.1` becomes `FILE.2` and so on; the oldest is overwritten.
  private void rotate(Path file) {
    try {
      for (int number = rotation.keep() - 1; number > 0; number--) {
        Path older = numbered(file, number);
        if (Files.exists(older)) {
          Files.move(older, numbered(file, number + 1), StandardCopyOption.REPLACE_EXISTING);
        }
      }
      Files.move(file, numbered(file, 1), StandardCopyOption.REPLACE_EXISTING);
      reopen();
    } catch (IOException e) {
      LOG.warn("access log goes on in the old file, which cannot be renamed: {}", e.toString());
      size = 0; // and is tried again when as much again has been written
    }
  }

  private static Path numbered(Path file, int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }

  @Override
  public void reopen() throws IOException {
    if (path != null) {
      FileChannel old = channel;
      channel = append(path);
      size = rotation.equals(NEVER) ? 0 : channel.size();
      old.close();
    }
  }

  /// Standard output is not ours to close.
  @Override
  public void close() throws IOException {
    if (path != null) {
      channel.close();
    }
  }
}
