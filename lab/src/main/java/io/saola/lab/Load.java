package io.saola.lab;

import java.io.IOException;
import java.time.Duration;

/// Somebody who asks a running server for what a workload is about.
interface Load extends AutoCloseable {
  /// Waits for a good moment for a run to begin.
  void settle() throws LabException;

  /// Loads the server for that long; more than once if told so.
  Outcome run(Duration duration) throws IOException, InterruptedException, LabException;

  /// Waits for what is still on its way, after the last run: nothing may have been lost.
  void finish() throws LabException;

  @Override
  void close();
}
