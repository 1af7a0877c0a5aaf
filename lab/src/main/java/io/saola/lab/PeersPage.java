package io.saola.lab;

import java.util.List;

/// The results of `lab peers` as a page for a browser.
final class PeersPage {
  private PeersPage() {}

  static String write(List<PeersResult> results) {
    return results.toString();
  }
}
