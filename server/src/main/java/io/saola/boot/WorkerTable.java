package io.saola.boot;

import io.saola.control.OpenFiles;
import io.saola.control.WorkerState;
import io.saola.exchange.AtWork;
import io.saola.os.OpenFileCount;
import io.saola.os.ProcessMemory;
import io.saola.supervisor.Roster;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What `saola ps` shows, put together from what the supervisor, the dispatcher and the kernel know
/// of each process.
final class WorkerTable {
  private WorkerTable() {}

  static List<WorkerState> of(Roster roster, List<AtWork> work) {
    Map<Integer, AtWork> byPid = new HashMap<>();
    work.forEach(at -> byPid.put(at.pid(), at));
    return roster.workers().stream().map(worker -> of(worker, byPid.get(worker.pid()))).toList();
  }

  private static WorkerState of(Roster.Member worker, @Nullable AtWork work) {
    Optional<WorkerState.Memory> memory =
        worker.pid() == 0
            ? Optional.empty()
            : ProcessMemory.figures(worker.pid())
                .map(of -> new WorkerState.Memory(of.rss(), of.pss(), of.shared()));
    return new WorkerState(
        worker.slot(),
        worker.pid(),
        worker.generation(),
        state(worker, work),
        work == null ? 0 : work.served(),
        age(worker.pid()),
        memory,
        work == null ? 0 : work.running(),
        work == null ? "" : work.oldest(),
        work == null ? Duration.ZERO : Duration.ofNanos(work.nanos()));
  }

  private static String state(Roster.Member worker, @Nullable AtWork work) {
    return switch (worker.state()) {
      case "ready" -> {
        if (work == null) {
          yield "booting"; // its link is about to be given requests, or has just ended
        }
        yield !work.takes() ? "draining" : work.running() > 0 ? "busy" : "idle";
      }
      case "leaving" -> "draining";
      case "empty" -> "waiting";
      default -> worker.state();
    };
  }

  private static Duration age(int pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().startInstant())
        .map(start -> Duration.between(start, Instant.now()))
        .filter(age -> !age.isNegative())
        .orElse(Duration.ZERO);
  }

  static List<OpenFiles> openFiles(Roster roster) {
    List<OpenFiles> all = new ArrayList<>();
    add(all, "server", ProcessHandle.current().pid());
    add(all, "mold", roster.moldPid());
    for (Roster.Member worker : roster.workers()) {
      add(all, "worker " + worker.slot(), worker.pid());
    }
    return all;
  }

  private static void add(List<OpenFiles> all, String name, long pid) {
    OptionalLong open = pid == 0 ? OptionalLong.empty() : OpenFileCount.of(pid);
    if (open.isPresent()) {
      all.add(new OpenFiles(name, pid, open.getAsLong(), OpenFileCount.limit(pid)));
    }
  }
}
