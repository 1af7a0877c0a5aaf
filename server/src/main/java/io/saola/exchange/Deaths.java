package io.saola.exchange;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/// How workers have died, for the lines that say what was lost with them.
///
/// What was lost shows when a link ends, and how its worker died when the keeper has reaped it, in
/// either order. No client waits for that, only the line; and not for ever, since a worker that has
/// closed its link may live on until it is killed for that. Owned by the event loop.
final class Deaths {
  /// A worker that has closed its link is killed after 1 s.
  private static final long PATIENCE_SECONDS = 3;

  /// Reports are remembered only until the end of a link, which has been read soon after.
  private static final int REMEMBERED = 256;

  private static final int LAST = 8;

  /// Of the requests that a worker had begun so many are kept.
  private static final int MOST_LOST = 4;

  private static final String UNKNOWN = "nothing is known of its exit";

  private final EventLoop loop;
  private final Map<Integer, List<Consumer<String>>> waiting = new HashMap<>();
  private final Map<Integer, String> reported =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  /// What workers had begun that have ended, for the last few of them.
  private final Map<Integer, List<String>> lost =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, List<String>> eldest) {
          return size() > LAST;
        }
      };

  private boolean stopping;

  Deaths(EventLoop loop) {
    this.loop = loop;
  }

  /// A process of this number lives, whatever became of the last one.
  void born(int pid) {
    reported.remove(pid);
    lost.remove(pid);
  }

  /// This request was with the worker when it ended.
  void lost(int pid, String request) {
    List<String> requests = lost.computeIfAbsent(pid, _ -> new ArrayList<>());
    if (requests.size() < MOST_LOST) {
      requests.add(request);
    }
  }

  /// The requests that were with a worker when it ended; not all of them if they were many.
  List<String> lostWith(int pid) {
    return List.copyOf(lost.getOrDefault(pid, List.of()));
  }

  /// The keeper has reaped this process; `how` is `SIGKILL` or `exit code 1`.
  void reported(int pid, String how) {
    reported.put(pid, how);
    say(pid, how);
  }

  /// Has the line said, with how this worker died, as soon as that is known.
  void onceKnown(int pid, Consumer<String> line) {
    String how = reported.get(pid);
    if (how != null) {
      line.accept(how);
    } else if (stopping) {
      line.accept("the server stops");
    } else {
      List<Consumer<String>> lines = waiting.get(pid);
      if (lines == null) {
        lines = new ArrayList<>();
        waiting.put(pid, lines);
        loop.schedule(() -> say(pid, UNKNOWN), PATIENCE_SECONDS, TimeUnit.SECONDS);
      }
      lines.add(line);
    }
  }

  /// Nothing will be reported any more: all workers end, and then the server.
  void stop() {
    stopping = true;
    for (int pid : List.copyOf(waiting.keySet())) {
      say(pid, UNKNOWN);
    }
  }

  private void say(int pid, String how) {
    List<Consumer<String>> lines = waiting.remove(pid);
    if (lines != null) {
      lines.forEach(line -> line.accept(how));
    }
  }
}
