package io.saola.settings;

/// A whole number between two bounds.
record WholeNumber(int least, int most) implements Form<Integer> {
  @Override
  public Integer read(String text) throws BadValue {
    try {
      int number = Integer.parseInt(text);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException _) {
      // said below
    }
    throw BadValue.expected("a whole number from " + least + " to " + most, text);
  }
}
