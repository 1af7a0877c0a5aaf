package io.saola.whole;

import static io.saola.testkit.RawClient.get;

import io.saola.testkit.RawClient;
import io.saola.testkit.Reply;
import io.saola.testkit.SaolaProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Clients that ask for one page again and again until they are told to stop, and note whatever is
/// not a 200.
final class Traffic implements AutoCloseable {
  private final List<Thread> clients = new ArrayList<>();
  private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
  private final Set<String> answers = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  Traffic(SaolaProcess server, String target, int count) {
    for (int i = 0; i < count; i++) {
      clients.add(Thread.startVirtualThread(() -> run(server, target)));
    }
  }

  private void run(SaolaProcess server, String target) {
    try (RawClient client = server.connect()) {
      while (!stopping) {
        Reply reply = client.send(get(target)).reply();
        if (reply.status() == 200) {
          answers.add(reply.text());
        } else {
          failures.add(reply.status() + " " + reply.text());
        }
      }
    } catch (RuntimeException | AssertionError e) {
      failures.add(e.toString());
    }
  }

  /// The different answers so far.
  Set<String> answers() {
    return Set.copyOf(answers);
  }

  /// Waits for the clients to end; what went wrong.
  List<String> stop() {
    stopping = true;
    try {
      for (Thread client : clients) {
        client.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
    return List.copyOf(failures);
  }

  @Override
  public void close() {
    stop();
  }
}
