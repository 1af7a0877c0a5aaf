package io.saola.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// The files that `lab peers` writes, and those of earlier runs that its page shows as well.
final class PeersFiles {
  private final PeersOptions.Output output;
  private final List<PeersResult> earlier;

  private PeersFiles(PeersOptions.Output output, List<PeersResult> earlier) {
    this.output = output;
    this.earlier = earlier;
  }

  /// Finds out before minutes of measuring that something cannot be read or written.
  static PeersFiles check(PeersOptions.Output output, List<Path> earlier) throws LabException {
    JsonFile.requireFolder("--json", output.json());
    JsonFile.requireFolder("--csv", output.csv());
    JsonFile.requireFolder("--html", output.html());
    List<PeersResult> results = new ArrayList<>();
    for (Path file : earlier) {
      results.add(SavedResult.read(file));
    }
    return new PeersFiles(output, results);
  }

  void write(PeersResult result) throws IOException {
    if (output.json() != null) {
      Files.writeString(output.json(), Json.write(result.toMap()));
    }
    if (output.csv() != null) {
      Files.writeString(output.csv(), Csv.write(result.measurements()));
    }
    if (output.html() != null) {
      List<PeersResult> results = new ArrayList<>(earlier);
      results.add(result);
      Files.writeString(output.html(), PeersPage.write(results));
    }
  }
}
