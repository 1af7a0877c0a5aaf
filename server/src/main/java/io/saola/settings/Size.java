package io.saola.settings;

import java.util.Locale;

/// A number of bytes; where it may be unlimited, that is written 0.
record Size(long least, boolean orUnlimited) implements Form<Bytes> {
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
      if (number <= (1L << 50) / factor && number * factor >= least) {
        return new Bytes(number * factor);
      }
    }
    String bound = least > 0 ? " of at least " + new Bytes(least) : "";
    throw BadValue.expected("a size" + bound + " such as 64K, 10M, 1G or 4096 (bytes)", text);
  }
}
