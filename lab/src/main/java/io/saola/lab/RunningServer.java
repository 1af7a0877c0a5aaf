package io.saola.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/// One server that is up and answers, on a port of its own.
final class RunningServer {
  private static final Duration START_PATIENCE = Duration.ofSeconds(60);
  private static final int PAUSE_MILLIS = 50;

  /// What a load has left in front of a server that serves one at a time.
  private static final Duration QUEUE_PATIENCE = Duration.ofSeconds(60);

  private static final Duration STOP_PATIENCE = Duration.ofSeconds(10);
  private static final int PORT_ATTEMPTS = 5;
  private static final byte[] LOOPBACK = {127, 0, 0, 1};
  private static final int LAST_LINES = 12;
  private static final int TAIL_BYTES = 16 * 1024;

  private final String name;
  private final Processes processes;
  private final Processes.Started started;
  private final Path output;
  private final String address;
  private final long begin;
  private Duration startup = Duration.ZERO;

  /// How one sees that a server has started.
  interface Readiness {
    /// What is still missing; nothing once it has started.
    String missing(RunningServer server) throws IOException;
  }

  /// How a server is told where to listen.
  interface CommandAt {
    List<String> address(String address) throws IOException;
  }

  private RunningServer(
      String name,
      Processes processes,
      Processes.Started started,
      Path output,
      String address,
      long begin) {
    this.name = name;
    this.processes = processes;
    this.started = started;
    this.output = output;
    this.address = address;
    this.begin = begin;
  }

  /// Starts a server and waits for its first right answer.
  static RunningServer start(
      Peer peer, CommandAt commandAt, Processes processes, Path folder, Path output, Probe probe)
      throws IOException, InterruptedException, LabException {
    Readiness answers = server -> server.lacks(probe);
    return new Starter(peer.name(), processes, folder, output, START_PATIENCE, PAUSE_MILLIS)
        .start(commandAt, answers);
  }

  /// How a server is started.
  ///
  /// @param name as it is called in what is said of it
  /// @param folder its working directory
  /// @param pauseMillis between two looks whether it has started
  record Starter(
      String name,
      Processes processes,
      Path folder,
      Path output,
      Duration patience,
      int pauseMillis) {

    /// Starts a server and waits until it has.
    ///
    /// Between finding a port free and the server's bind another process may take it; such a start
    /// is repeated with another port.
    RunningServer start(CommandAt commandAt, Readiness readiness)
        throws IOException, InterruptedException, LabException {
      for (int attempt = 1; ; attempt++) {
        String address = freeAddress();
        List<String> command = commandAt.address(address);
        long begin = System.nanoTime();
        Processes.Started started = processes.start(command, folder, output);
        RunningServer server = new RunningServer(name, processes, started, output, address, begin);
        boolean up = false;
        try {
          server.await(readiness, patience, pauseMillis);
          up = true;
          return server;
        } catch (LabException e) {
          if (attempt == PORT_ATTEMPTS || !server.lostItsPort()) {
            throw e;
          }
        } finally {
          if (!up) {
            server.stop();
          }
        }
      }
    }
  }

  /// From the moment before its process was made until it had started.
  Duration startup() {
    return startup;
  }

  ProcessTree tree() {
    return started.tree();
  }

  InetSocketAddress address() {
    int colon = address.lastIndexOf(':');
    return new InetSocketAddress(
        address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
  }

  String url(String path) {
    return "http://" + address + path;
  }

  ProcessHandle process() {
    return started.process().toHandle();
  }

  boolean isAlive() {
    return started.process().isAlive();
  }

  /// How it has ended by itself; nothing while it runs.
  String fate() {
    return isAlive() ? "" : "ended with status " + started.process().exitValue();
  }

  void requireAlive() throws LabException {
    if (!isAlive()) {
      throw new LabException(
          name + " ended with status " + started.process().exitValue() + lastLines());
    }
  }

  /// What is still missing until it answers.
  String lacks(Probe probe) throws IOException {
    String wrong = probe.ask(address);
    return wrong.isEmpty() ? "" : "no right answer: " + wrong;
  }

  boolean isAnswering(Probe probe) {
    try {
      return probe.ask(address).isEmpty();
    } catch (IOException _) {
      return false;
    }
  }

  /// Asks once more, so that a server which went wrong under the load is found out.
  void requireAnswer(Probe probe) throws LabException {
    requireAlive();
    String wrong;
    try {
      wrong = probe.ask(address, QUEUE_PATIENCE);
    } catch (IOException e) {
      wrong = String.valueOf(e.getMessage());
    }
    if (!wrong.isEmpty()) {
      throw new LabException(
          name + " answered wrongly after the load (" + wrong + ")" + lastLines());
    }
  }

  String lastLines() {
    String tail = tail().strip();
    if (tail.isEmpty()) {
      return " and printed nothing";
    }
    List<String> lines = tail.lines().toList();
    return "; its last lines:\n    "
        + String.join(
            "\n    ", lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
  }

  /// @return whether it ended when it was asked to, and had not to be killed
  boolean stop() throws IOException, InterruptedException {
    boolean clean = processes.end(started.tree(), STOP_PATIENCE);
    // Once it is reaped its processor time is the lab's own: not in the middle of what comes next.
    started.process().waitFor(STOP_PATIENCE);
    return clean;
  }

  private void await(Readiness readiness, Duration patience, int pauseMillis)
      throws InterruptedException, LabException {
    String missing = "";
    while (System.nanoTime() - begin < patience.toNanos()) {
      requireAlive();
      try {
        missing = readiness.missing(this);
        if (missing.isEmpty()) {
          startup = Duration.ofNanos(System.nanoTime() - begin);
          return;
        }
      } catch (IOException e) {
        missing = String.valueOf(e.getMessage());
      }
      Thread.sleep(pauseMillis);
    }
    throw new LabException(
        name
            + " has not started in "
            + Durations.text(patience)
            + " ("
            + missing
            + ")"
            + lastLines());
  }

  private boolean lostItsPort() {
    String said = tail().toLowerCase(Locale.ROOT);
    return !started.process().isAlive()
        && (said.contains("address already in use")
            || said.contains("address in use")
            || said.contains("port is already in use"));
  }

  /// The last of what it has written, which is all of it unless it talks a lot.
  String tail() {
    try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "r")) {
      file.seek(Math.max(0, file.length() - TAIL_BYTES));
      byte[] bytes = new byte[(int) (file.length() - file.getFilePointer())];
      file.readFully(bytes);
      return new String(bytes, UTF_8);
    } catch (IOException _) {
      return "";
    }
  }

  private static String freeAddress() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(LOOPBACK))) {
      return "127.0.0.1:" + socket.getLocalPort();
    }
  }
}
