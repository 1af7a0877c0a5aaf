package io.saola.settings;

/// A whole number between two bounds, or `auto`, which is read as 0.
record NumberOrAuto(int least, int most) implements Form<Integer> {
  @Override
  public Integer read(String text) throws BadValue {
    if (text.equalsIgnoreCase("auto")) {
      return 0;
    }
    try {
      return new WholeNumber(least, most).read(text);
    } catch (BadValue _) {
      throw BadValue.expected("auto, or a whole number from " + least + " to " + most, text);
    }
  }
}
