package io.saola.settings;

/// What the values of a setting look like. One form serves every source.
interface Form<T> {
  T read(String text) throws BadValue;
}
