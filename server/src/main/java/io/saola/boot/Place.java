package io.saola.boot;

import io.netty.channel.EventLoop;
import io.saola.control.RefusedException;
import io.saola.front.Inherited;
import io.saola.front.Listeners;
import io.saola.front.http1.Http1;
import io.saola.os.PidFile;
import io.saola.settings.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Where this server stands, and one at a time can: its addresses and its pid file.
///
/// It is free at the start, or another server has it until this one is ready.
final class Place implements AutoCloseable {
  private final Settings settings;
  private final Inheritance inheritance;
  private final Started held = new Started();
  private volatile @Nullable PidFile pidFile;

  private Place(Settings settings, Inheritance inheritance) {
    this.settings = settings;
    this.inheritance = held.add(inheritance);
  }

  /// Asks for it where another server has it.
  ///
  /// @throws RefusedException if that does not give it away
  static Place of(Settings settings, Map<String, String> environment)
      throws RefusedException, InterruptedException {
    return new Place(settings, Inheritance.from(settings.server().takeOver(), environment));
  }

  /// Makes sure that it can be had: a line for each address that cannot.
  ///
  /// @throws IOException if the pid file belongs to another server
  List<String> problems() throws IOException {
    List<String> problems = Addresses.problems(inheritance.without(settings.listen().binds()));
    problems.forEach(inheritance::failed);
    if (problems.isEmpty() && inheritance.pid() == 0) {
      claimPidFile();
    }
    return problems;
  }

  private void claimPidFile() throws IOException {
    Path path = settings.server().pidFile();
    if (path != null) {
      pidFile = held.add(PidFile.claim(path, inheritance.pid()));
    }
  }

  /// What another server hands over, at once: should it die before we are ready, nothing is lost.
  Inherited receive(EventLoop loop) throws IOException, InterruptedException {
    return inheritance.receive(loop);
  }

  /// Opens its addresses.
  ///
  /// @throws RefusedException with a line for the operator
  Listeners open(EventLoop loop, Http1 http1, Inherited sockets) throws RefusedException {
    try {
      return held.add(Listeners.open(settings.listen(), loop, http1, sockets));
    } catch (Listeners.BindException e) {
      String problem = Addresses.explain(e.bind(), String.valueOf(e.getMessage()));
      inheritance.failed(problem);
      throw new RefusedException(problem);
    }
  }

  /// Takes it for good, with its addresses open: another server that had them goes.
  ///
  /// @throws RefusedException if that one does not
  void take(Listeners listeners) throws RefusedException, IOException {
    try {
      inheritance.ready();
    } catch (RefusedException e) {
      listeners.handOver();
      throw new RefusedException("must not take over: " + e.getMessage());
    }
    if (inheritance.pid() != 0) {
      claimPidFile();
    }
  }

  /// The pid of the server that has it until this one is ready; 0 if it is free.
  long predecessor() {
    return inheritance.pid();
  }

  /// Whether another server has it until this one is ready.
  boolean isInherited() {
    return inheritance.pid() != 0;
  }

  /// It is not taken, since this server cannot serve.
  void failed(String why) {
    inheritance.failed(why);
  }

  /// Another server has taken it.
  void gone() {
    PidFile file = pidFile;
    if (file != null) {
      file.handOver();
    }
  }

  @Override
  public void close() {
    held.close();
  }
}
