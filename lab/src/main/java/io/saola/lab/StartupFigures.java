package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// The medians of one row at one number of workers; NaN where something was not measured.
///
/// @param perWorker mebibytes that each further worker takes, over all numbers of workers
record StartupFigures(
    double startupSeconds,
    double firstMillis,
    double pythonMebibytes,
    double javaMebibytes,
    double steadyMillis,
    double recycleMillis,
    double sinceForkMillis,
    double perWorker) {

  /// @param runs all of one row, whatever the number of workers
  static StartupFigures of(int workers, List<StartupRun> runs) {
    List<StartupRun> own = runs.stream().filter(run -> run.workers() == workers).toList();
    List<Trial.Recycle> recycles =
        settled(own).flatMap(settled -> settled.recycles().stream()).toList();
    return new StartupFigures(
        median(own.stream(), StartupRun::startupSeconds),
        median(own.stream(), StartupRun::firstMillis),
        median(settled(own), StartupRun.Settled::pythonMebibytes),
        median(settled(own), StartupRun.Settled::javaMebibytes),
        median(settled(own), StartupRun.Settled::steadyMillis),
        median(recycles.stream(), Trial.Recycle::missedMillis),
        median(recycles.stream(), Trial.Recycle::sinceForkMillis),
        slope(runs));
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("startupSeconds", startupSeconds);
    map.put("firstMillis", firstMillis);
    map.put("pythonPssMebibytes", pythonMebibytes);
    map.put("javaPssMebibytes", javaMebibytes);
    map.put("steadyMillis", steadyMillis);
    map.put("recycleMillis", recycleMillis);
    map.put("forkToServingMillis", sinceForkMillis);
    map.put("mebibytesPerFurtherWorker", perWorker);
    return map;
  }

  private static Stream<StartupRun.Settled> settled(List<StartupRun> runs) {
    return runs.stream().map(StartupRun::settled).filter(Objects::nonNull);
  }

  /// The line of least squares through the memory at each number of workers.
  static double slope(List<StartupRun> runs) {
    List<StartupRun> points = runs.stream().filter(run -> run.settled() != null).toList();
    double meanX = points.stream().mapToDouble(StartupRun::workers).average().orElse(0);
    double meanY =
        settled(points).mapToDouble(StartupRun.Settled::pythonMebibytes).average().orElse(0);
    double above = 0;
    double below = 0;
    for (StartupRun point : points) {
      double x = point.workers() - meanX;
      above += x * (Objects.requireNonNull(point.settled()).pythonMebibytes() - meanY);
      below += x * x;
    }
    return below == 0 ? Double.NaN : above / below;
  }

  private static <T> double median(Stream<T> values, ToDoubleFunction<T> figure) {
    return Median.of(values.mapToDouble(figure).toArray());
  }
}
