package io.saola.lab;

import io.saola.lab.WorkerClient.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// What is done with one server that has started, in this order: the first request, the same work
/// for every worker, the memory, requests one at a time, and the death of a worker.
final class Trial {
  /// Each worker has served so many before the memory is looked at.
  private static final int SERVED = 50;

  /// Requests that are sent together are held so long that as many workers must take them.
  private static final String HOLD = "0.03";

  private static final String HOLD_AT_COLLECT = "0.3";
  private static final int STEADY_REQUESTS = 60;
  private static final int DEATHS = 3;
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /// A server that loses workers faster takes it for a crash loop and waits, which is not measured.
  static final Duration BETWEEN_DEATHS = Duration.ofMillis(1500);

  private static final String GATE = "gate";

  private final RunningServer server;
  private final WorkerClient client;
  private final DjangoProject project;
  private final int workers;

  Trial(RunningServer server, DjangoProject project, int workers) {
    this.server = server;
    this.client = new WorkerClient(server.address());
    this.project = project;
    this.workers = workers;
  }

  /// How long one dead worker was missed.
  ///
  /// @param missedMillis from the kill to an answer of its replacement
  /// @param sinceForkMillis from the fork of the replacement to this answer
  record Recycle(double missedMillis, double sinceForkMillis) {}

  double firstMillis() throws IOException {
    return client.get(DjangoProject.PAGE, "").millis();
  }

  /// Waits until none of the workers of the beginning answers any more, asking all the time.
  void renew() throws IOException, InterruptedException, LabException {
    Set<Long> old = all(DjangoProject.PAGE, HOLD);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Set<Long> now = new HashSet<>();
    while (now.size() < workers) {
      requireTime(deadline, "renewed its workers");
      now.clear();
      for (Reply reply : client.together(workers, DjangoProject.PAGE, HOLD)) {
        if (!old.contains(reply.pid())) {
          now.add(reply.pid());
        }
      }
    }
  }

  /// Every worker serves its share of requests and then collects its garbage.
  ProcessTree.Memory memory() throws IOException, InterruptedException, LabException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Map<Long, Integer> served = new HashMap<>();
    while (served.size() < workers || served.values().stream().anyMatch(count -> count < SERVED)) {
      requireTime(deadline, "given every worker " + SERVED + " requests");
      for (Reply reply : client.together(workers, DjangoProject.PAGE, HOLD)) {
        served.merge(reply.pid(), 1, Integer::sum);
      }
    }
    all(DjangoProject.COLLECT, HOLD_AT_COLLECT);
    return server.tree().memory();
  }

  /// The median of requests one at a time.
  double steadyMillis() throws IOException {
    double[] millis = new double[STEADY_REQUESTS];
    for (int i = 0; i < millis.length; i++) {
      millis[i] = client.get(DjangoProject.PAGE, "").millis();
    }
    return Median.of(millis);
  }

  List<Recycle> recycles(BootClock clock, Duration between)
      throws IOException, InterruptedException, LabException {
    List<Recycle> recycles = new ArrayList<>();
    for (int i = 0; i < DEATHS; i++) {
      Thread.sleep(between);
      recycles.add(recycle(clock));
    }
    return recycles;
  }

  /// Keeps all workers but one busy, so that a request can only be for that one, and kills it.
  private Recycle recycle(BootClock clock) throws IOException, InterruptedException, LabException {
    project.open();
    Files.createFile(project.gate());
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      try {
        for (int i = 1; i < workers; i++) {
          threads.submit(() -> client.get(DjangoProject.PAGE, GATE));
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (project.held() < workers - 1) {
          requireTime(deadline, "given all workers but one a request");
          Thread.sleep(1);
        }
        long victim = client.get(DjangoProject.PAGE, "").pid();
        long begin = System.nanoTime();
        server.tree().kill(victim);
        Reply reply = replacement(victim, deadline);
        return new Recycle(
            (reply.at() - begin) / 1e6, clock.age(reply.pid(), reply.at()).toNanos() / 1e6);
      } finally {
        Files.delete(project.gate());
      }
    }
  }

  private Reply replacement(long victim, long deadline) throws InterruptedException, LabException {
    while (true) {
      requireTime(deadline, "replaced a worker");
      try {
        Reply reply = client.get(DjangoProject.PAGE, "");
        if (reply.pid() != victim) {
          return reply;
        }
      } catch (IOException _) {
        // It was given to the worker that has just died: asked again, as a client would.
        Thread.sleep(1);
      }
    }
  }

  /// Asks until as many processes have answered as there are workers.
  private Set<Long> all(String path, String hold)
      throws IOException, InterruptedException, LabException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    Set<Long> pids = new HashSet<>();
    while (pids.size() < workers) {
      requireTime(deadline, "let all its " + workers + " workers answer");
      client.together(workers, path, hold).forEach(reply -> pids.add(reply.pid()));
    }
    return pids;
  }

  private void requireTime(long deadline, String what) throws LabException {
    server.requireAlive();
    if (System.nanoTime() > deadline) {
      throw new LabException(
          "has not " + what + " in " + Durations.text(PATIENCE) + server.lastLines());
    }
  }
}
