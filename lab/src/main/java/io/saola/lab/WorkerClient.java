package io.saola.lab;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Asks the lab's Django project, a new connection each time, and learns which worker answered.
///
/// A plain socket: an HTTP client of the JDK would add milliseconds of its own to its first
/// request.
final class WorkerClient {
  private static final int PATIENCE = (int) Duration.ofMinutes(10).toMillis();

  private final InetSocketAddress address;

  WorkerClient(InetSocketAddress address) {
    this.address = address;
  }

  /// An answer with status 200.
  ///
  /// @param pid the process of the worker
  /// @param at when all of it was here, by [System#nanoTime]
  record Reply(long pid, String body, long nanos, long at) {
    double millis() {
      return nanos / 1e6;
    }
  }

  /// @param hold what the worker does before: `0.05` for so many seconds, `gate`, or nothing
  /// @throws IOException also for an answer that is not the app's
  Reply get(String path, String hold) throws IOException {
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
            + (hold.isEmpty() ? "" : "X-Lab-Hold: " + hold + "\r\n")
            + "\r\n";
    long begin = System.nanoTime();
    byte[] answer;
    try (Socket socket = new Socket()) {
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(PATIENCE);
      socket.connect(address, PATIENCE);
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      answer = socket.getInputStream().readAllBytes();
    }
    long end = System.nanoTime();
    return parse(new String(answer, ISO_8859_1), end - begin, end);
  }

  /// The answers to so many requests, sent together.
  List<Reply> together(int count, String path, String hold)
      throws IOException, InterruptedException {
    List<Callable<Reply>> tasks = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      tasks.add(() -> get(path, hold));
    }
    List<Reply> replies = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Reply> answer : threads.invokeAll(tasks)) {
        replies.add(answer.get());
      }
    } catch (ExecutionException e) {
      throw new IOException(e.getCause() == null ? e : e.getCause());
    }
    return replies;
  }

  static Reply parse(String answer, long nanos, long at) throws IOException {
    int end = answer.indexOf("\r\n\r\n");
    String head = end < 0 ? answer : answer.substring(0, end);
    String status = head.lines().findFirst().orElse("nothing");
    if (end < 0 || !status.matches("HTTP/1\\.[01] 200( .*)?")) {
      throw new IOException("answered " + status);
    }
    String body = answer.substring(end + 4);
    String length = field(head, "content-length");
    if (!length.isEmpty() && !length.equals(Integer.toString(body.length()))) {
      throw new IOException("answered " + body.length() + " bytes of " + length);
    }
    String pid = field(head, "x-lab-worker");
    if (!pid.matches("\\d{1,9}")) {
      throw new IOException("another app answered");
    }
    return new Reply(Long.parseLong(pid), body, nanos, at);
  }

  private static String field(String head, String name) {
    return head.lines()
        .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElse("");
  }
}
