package io.saola.settings;

import java.time.Duration;
import java.util.List;

/// What settings of workers must come to: the defaults, and those that are all others.
final class ExpectedSettings {
  private ExpectedSettings() {}

  static WorkerSettings defaultWorkers() {
    return new WorkerSettings(
        new WorkerCount(1, 1),
        new MemoryShare(0, 70),
        1,
        1,
        Runtime.getRuntime().availableProcessors(),
        List.of(),
        Duration.ofSeconds(30),
        Duration.ofSeconds(5),
        Duration.ofSeconds(60),
        Duration.ofSeconds(30));
  }

  static AsgiSettings defaultAsgi() {
    return new AsgiSettings(
        AsgiSettings.Loop.AUTO, 100, AsgiSettings.Lifespan.AUTO, 40, Duration.ofSeconds(1));
  }

  static WorkerSettings otherWorkers() {
    return new WorkerSettings(
        new WorkerCount(2, 8),
        new MemoryShare(3L << 30, 0),
        6,
        10,
        11,
        List.of(),
        Duration.ofSeconds(9),
        Duration.ofMillis(500),
        Duration.ofMinutes(10),
        Duration.ZERO);
  }

  static RecycleSettings otherRecycling() {
    return new RecycleSettings(
        1000, 100, Duration.ofHours(6), new Bytes(300 << 20), new Bytes(200 << 20), true);
  }

  static AsgiSettings otherAsgi() {
    return new AsgiSettings(
        AsgiSettings.Loop.UVLOOP, 16, AsgiSettings.Lifespan.OFF, 17, Duration.ofSeconds(23));
  }
}
