package io.saola.front;

import io.netty.channel.unix.FileDescriptor;
import io.saola.settings.Bind;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Listening sockets that another server has handed over, by what they listen on.
public final class Inherited implements AutoCloseable {
  private final Map<String, Deque<FileDescriptor>> sockets = new HashMap<>();

  /// @param address as a [Bind] is written
  public void add(String address, FileDescriptor socket) {
    sockets.computeIfAbsent(address, _ -> new ArrayDeque<>()).add(socket);
  }

  @Nullable FileDescriptor take(Bind bind) {
    Deque<FileDescriptor> of = sockets.get(bind.toString());
    return of == null ? null : of.poll();
  }

  /// Closes what nobody has taken: this server does not listen there.
  @Override
  public void close() throws IOException {
    List<FileDescriptor> left = new ArrayList<>();
    sockets.values().forEach(left::addAll);
    sockets.clear();
    for (FileDescriptor socket : left) {
      socket.close();
    }
  }
}
