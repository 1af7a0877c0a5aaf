package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads back what `lab peers --json` has written.
///
/// Holds one object of it, and knows the way to it, for a problem.
final class SavedResult {
  private static final List<String> ERRORS =
      List.of("refused", "connectErrors", "readErrors", "writeErrors", "timeouts");

  private final Map<?, ?> map;
  private final String name;

  private SavedResult(Object value, String name) throws LabException {
    if (!(value instanceof Map<?, ?> read)) {
      throw new LabException(name + " is no object");
    }
    this.map = read;
    this.name = name;
  }

  static PeersResult read(Path file) throws LabException {
    try {
      return new SavedResult(JsonReader.read(Files.readString(file)), "it").result();
    } catch (IOException e) {
      throw new LabException("--with " + file + ": cannot be read: " + e.getMessage());
    } catch (LabException | DateTimeException e) {
      throw new LabException(
          "--with "
              + file
              + ": no result of 'lab peers --json' of this version: "
              + e.getMessage());
    }
  }

  private PeersResult result() throws LabException {
    SavedResult saved = at("method");
    AppInterface appInterface =
        AppInterface.of(saved.text("interface"))
            .orElseThrow(() -> new LabException("its interface is unknown"));
    PeersResult.Method method =
        new PeersResult.Method(
            appInterface,
            saved.text("load"),
            saved.text("warmup"),
            (int) saved.number("rounds"),
            saved.text("path"),
            Boolean.TRUE.equals(saved.map.get("accessLog")),
            saved.list("saolaArgs").stream().map(String::valueOf).toList(),
            saved.text("command"));
    List<PeersResult.Server> servers = new ArrayList<>();
    for (Object one : list("servers")) {
      SavedResult server = new SavedResult(one, "a server");
      servers.add(
          new PeersResult.Server(
              server.text("name"),
              server.text("label"),
              server.text("versions"),
              server.text("note")));
    }
    List<Measurement> runs = new ArrayList<>();
    for (Object one : list("runs")) {
      runs.add(new SavedResult(one, "a run").measurement(appInterface));
    }
    return new PeersResult(at("machine").machine(), method, servers, runs);
  }

  private Machine machine() throws LabException {
    return new Machine(
        text("cpu"),
        (int) number("cores"),
        (long) number("memoryMebibytes"),
        text("kernel"),
        text("loadBefore"),
        text("jdk"),
        text("python"),
        text("wrk"),
        text("commit"),
        Instant.parse(text("date")));
  }

  private Measurement measurement(AppInterface appInterface) throws LabException {
    String label = text("workload");
    Workload workload =
        Workload.of(label).orElseThrow(() -> new LabException("workload " + label + " is unknown"));
    Unit unit = workload.unit();
    Map<String, Long> errors = new LinkedHashMap<>();
    for (String error : ERRORS) {
      if (map.containsKey(error)) {
        errors.put(error, (long) number(error));
      }
    }
    Outcome.Latency latency =
        new Outcome.Latency(
            number("p50Micros"), number("p99Micros"), number("p999Micros"), number("mostMicros"));
    return new Measurement(
        (int) number("round"),
        text("server"),
        new Situation(appInterface, workload, (int) number("workers"), (int) number("connections")),
        new Outcome((long) number(unit.countKey()), number(unit.rateKey()), latency, errors),
        new CpuTime(
            number("frontUserMicros"),
            number("frontSystemMicros"),
            number("workerUserMicros"),
            number("workerSystemMicros")),
        (long) number("pssBytes"),
        (int) number("processes"),
        number("loadCores"),
        number("otherCores"));
  }

  private SavedResult at(String key) throws LabException {
    return new SavedResult(value(key), key);
  }

  private List<?> list(String key) throws LabException {
    if (value(key) instanceof List<?> list) {
      return list;
    }
    throw new LabException(key + " is no list");
  }

  private String text(String key) throws LabException {
    return String.valueOf(value(key));
  }

  private double number(String key) throws LabException {
    if (value(key) instanceof Double number) {
      return number;
    }
    throw new LabException(key + " is no number");
  }

  private Object value(String key) throws LabException {
    Object value = map.get(key);
    if (value == null) {
      throw new LabException(name + " has no " + key);
    }
    return value;
  }
}
