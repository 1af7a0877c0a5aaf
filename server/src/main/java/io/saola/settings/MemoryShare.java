package io.saola.settings;

/// An amount of memory: bytes, or a part of what there is.
///
/// @param bytes 0 if it is a part
/// @param percent 0 if it is bytes
public record MemoryShare(long bytes, int percent) {
  /// How many bytes this is.
  ///
  /// @param all bytes that there are
  public long of(long all) {
    return percent == 0 ? bytes : all / 100 * percent;
  }

  /// `70%` or `2G`.
  record Notation() implements Form<MemoryShare> {
    @Override
    public MemoryShare read(String text) throws BadValue {
      try {
        if (text.endsWith("%")) {
          int percent = new WholeNumber(1, 100).read(text.substring(0, text.length() - 1));
          return new MemoryShare(0, percent);
        }
        return new MemoryShare(new Size(1 << 20, Size.MOST, false).read(text).count(), 0);
      } catch (BadValue _) {
        throw BadValue.expected("a share such as 70%, or a size such as 2G", text);
      }
    }
  }
}
