package io.saola.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What the JVM had at one end of a soak.
///
/// @param heap in KiB, without garbage
/// @param direct in KiB
record SoakLook(
    JavaProcess.Size size, long threads, long openFiles, long heap, long direct, long workers) {

  /// How much more is no growth: what a pool, a log or one more connection makes of it.
  private static final long SLACK_KIBIBYTES = 2048;

  private static final long SLACK_PIECES = 8;
  private static final double ALLOWED = 1.1;

  /// @param size of the seconds before, in the median: a single one may be just before a trim
  static SoakLook take(JavaProcess java, JavaProcess.Size size, RunningServer server)
      throws IOException, InterruptedException, LabException {
    // Whoever asks a JVM gives it a thread, so it is asked before the threads are counted.
    long direct = java.direct();
    long heap = java.heapAfterCollection();
    return new SoakLook(
        size,
        java.threads(),
        java.openFiles(),
        heap,
        direct,
        server.tree().memory().others() >> 10);
  }

  /// One figure at both ends.
  record Change(String what, String unit, double begin, double end, double slack) {
    boolean holds() {
      return end <= Math.max(begin * ALLOWED, begin + slack);
    }

    List<String> cells() {
      return List.of(
          unit.isEmpty() ? what : what + " " + unit,
          number(begin),
          number(end),
          String.format(Locale.ROOT, "%+.1f %%", begin == 0 ? 0 : (end / begin - 1) * 100),
          holds() ? "" : "grown");
    }

    private String number(double value) {
      return String.format(Locale.ROOT, unit.isEmpty() ? "%.0f" : "%.1f", value);
    }
  }

  static List<Change> compare(SoakLook begin, SoakLook end) {
    List<Change> changes = new ArrayList<>();
    changes.add(kibibytes("RSS", begin.size.resident(), end.size.resident(), 0));
    changes.add(
        kibibytes(
            "of it anonymous", begin.size.anonymous(), end.size.anonymous(), SLACK_KIBIBYTES));
    changes.add(kibibytes("PSS", begin.size.proportional(), end.size.proportional(), 0));
    changes.add(kibibytes("heap in use", begin.heap, end.heap, SLACK_KIBIBYTES));
    changes.add(kibibytes("direct memory", begin.direct, end.direct, SLACK_KIBIBYTES));
    changes.add(new Change("threads", "", begin.threads, end.threads, SLACK_PIECES));
    changes.add(new Change("open files", "", begin.openFiles, end.openFiles, SLACK_PIECES));
    changes.add(kibibytes("Python, PSS", begin.workers, end.workers, SLACK_KIBIBYTES));
    return changes;
  }

  private static Change kibibytes(String what, long begin, long end, long slack) {
    return new Change(what, "MiB", begin / 1024.0, end / 1024.0, slack / 1024.0);
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("rssKibibytes", size.resident());
    map.put("anonymousKibibytes", size.anonymous());
    map.put("pssKibibytes", size.proportional());
    map.put("heapKibibytes", heap);
    map.put("directKibibytes", direct);
    map.put("threads", threads);
    map.put("openFiles", openFiles);
    map.put("pythonPssKibibytes", workers);
    return map;
  }
}
