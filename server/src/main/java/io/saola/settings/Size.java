package io.saola.settings;

import java.util.Locale;

/// A number of bytes; where it may be unlimited, that is written 0.
record Size(long least, long most, boolean orUnlimited) implements Form<Bytes> {
  /// More than any disk.
  static final long MOST = 1L << 50;

  @Override
  public Bytes read(String text) throws BadValue {
    String lower = text.toLowerCase(Locale.ROOT);
    int unit = lower.length();
    while (unit > 0 && Character.isLetter(lower.charAt(unit - 1))) {
      unit--;
    }
    long factor =
        switch (lower.substring(unit)) {
          case "", "b" -> 1;
          case "k", "kb", "kib" -> 1 << 10;
          case "m", "mb", "mib" -> 1 << 20;
          case "g", "gb", "gib" -> 1 << 30;
          default -> 0;
        };
    if (factor != 0 && Digits.areWhole(lower, unit)) {
      long number = Long.parseLong(lower.substring(0, unit));
      if (number == 0 && orUnlimited) {
        return Bytes.UNLIMITED;
      }
      if (number <= most / factor && number * factor >= least) {
        return new Bytes(number * factor);
      }
    }
    String bound = orUnlimited ? "" : " from " + new Bytes(least) + " to " + new Bytes(most);
    throw BadValue.expected("a size" + bound + " such as 64K, 10M, 1G or 4096 (bytes)", text);
  }
}
