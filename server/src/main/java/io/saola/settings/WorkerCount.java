package io.saola.settings;

/// How many workers: a number, or the two bounds between which the server decides.
///
/// @param least at the start, and when nothing is to do
/// @param most when requests wait
public record WorkerCount(int least, int most) {
  static final int LIMIT = 1024;

  /// Whether the server decides.
  public boolean isRange() {
    return most > least;
  }

  /// `4` or `2..8`.
  record Notation() implements Form<WorkerCount> {
    @Override
    public WorkerCount read(String text) throws BadValue {
      int dots = text.indexOf("..");
      WholeNumber number = new WholeNumber(1, LIMIT);
      try {
        if (dots < 0) {
          int count = number.read(text);
          return new WorkerCount(count, count);
        }
        int least = number.read(text.substring(0, dots));
        int most = number.read(text.substring(dots + 2));
        if (least <= most) {
          return new WorkerCount(least, most);
        }
      } catch (BadValue _) {
        // said below
      }
      throw BadValue.expected(
          "a whole number from 1 to " + LIMIT + ", or two such as 2..8, the smaller first", text);
    }
  }
}
