package io.saola.lab;

/// What all servers of one table have in common.
record Situation(AppInterface appInterface, Workload workload, int workers, int connections) {
  /// `hello, 64 connections`; with the workers where they are several.
  String name() {
    return workload.label()
        + ", "
        + (workers == 1 ? "" : workers + " workers, ")
        + connections
        + (connections == 1 ? " connection" : " connections");
  }

  String title() {
    return name() + ": " + workload.text();
  }
}
