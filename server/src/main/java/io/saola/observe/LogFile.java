package io.saola.observe;

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
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The file behind a log: appended to, and opened anew when it was renamed.
final class LogFile implements LogOutput {
  private final @Nullable Path path;
  private FileChannel channel;

  private LogFile(@Nullable Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /// @throws SettingsException if it cannot be opened
  static LogFile open(LogTarget target) {
    if (!(target instanceof LogTarget.File(Path path))) {
      return new LogFile(null, new FileOutputStream(FileDescriptor.out).getChannel());
    }
    try {
      return new LogFile(path, append(path));
    } catch (IOException e) {
      throw new SettingsException(
          List.of("access-logfile: " + path + " cannot be opened: " + reason(path, e)));
    }
  }

  private static FileChannel append(Path path) throws IOException {
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
    channel.write(bytes);
  }

  @Override
  public void reopen() throws IOException {
    if (path != null) {
      FileChannel old = channel;
      channel = append(path);
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
