package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One start of one row.
///
/// @param contender the row's name
/// @param settled what was looked at after it had served; of the last start only
/// @param otherCores what others took of the machine meanwhile, see [Disturbance]
record StartupRun(
    String contender,
    int workers,
    double startupSeconds,
    double firstMillis,
    @Nullable Settled settled,
    double otherCores) {

  /// @param recycles empty where it was not tried
  record Settled(ProcessTree.Memory memory, double steadyMillis, List<Trial.Recycle> recycles) {
    double pythonMebibytes() {
      return memory.others() / (double) (1 << 20);
    }

    double javaMebibytes() {
      return memory.java() / (double) (1 << 20);
    }
  }

  Map<String, Object> toMap() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("server", contender);
    map.put("workers", workers);
    map.put("startupSeconds", startupSeconds);
    map.put("firstMillis", firstMillis);
    map.put("otherCores", otherCores);
    if (settled != null) {
      map.put("pythonPssBytes", settled.memory().others());
      map.put("javaPssBytes", settled.memory().java());
      map.put("steadyMillis", settled.steadyMillis());
      map.put(
          "recycleMillis", settled.recycles().stream().map(Trial.Recycle::missedMillis).toList());
      map.put(
          "forkToServingMillis",
          settled.recycles().stream().map(Trial.Recycle::sinceForkMillis).toList());
    }
    return map;
  }
}
