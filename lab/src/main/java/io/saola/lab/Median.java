package io.saola.lab;

import java.util.Arrays;

/// The middle of several measurements.
final class Median {
  private Median() {}

  /// The middle value, or the mean of the two in the middle; NaN of nothing.
  static double of(double... values) {
    if (values.length == 0) {
      return Double.NaN;
    }
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
