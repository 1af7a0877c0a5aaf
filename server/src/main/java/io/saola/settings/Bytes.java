package io.saola.settings;

/// A number of bytes, written `64K`, `10M` or `1G`; a bare number is bytes.
public record Bytes(long count) {
  /// What `0` means where a setting may be switched off: a limit that nothing exceeds.
  public static final Bytes UNLIMITED = new Bytes(Long.MAX_VALUE);

  @Override
  public String toString() {
    if (count == Long.MAX_VALUE) {
      return "unlimited";
    }
    if (count > 0 && count % (1 << 30) == 0) {
      return count / (1 << 30) + "G";
    }
    if (count > 0 && count % (1 << 20) == 0) {
      return count / (1 << 20) + "M";
    }
    return count > 0 && count % 1024 == 0 ? count / 1024 + "K" : Long.toString(count);
  }
}
