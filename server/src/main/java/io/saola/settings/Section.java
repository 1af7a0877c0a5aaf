package io.saola.settings;

import static io.saola.settings.Setting.NO_LETTER;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Settings that belong together in a record, in help and in the documentation.
///
/// Settings are made by their section, so none can exist without being listed.
public final class Section {
  private final String title;
  private final List<Setting<?>> settings = new ArrayList<>();

  Section(String title) {
    this.title = title;
  }

  public String title() {
    return title;
  }

  public List<Setting<?>> settings() {
    return Collections.unmodifiableList(settings);
  }

  Setting<Integer> number(
      String key, char letter, String fallback, int least, int most, String doc) {
    return one(key, letter, "N", fallback, new WholeNumber(least, most), doc);
  }

  /// A duration above nothing.
  Setting<Duration> time(String key, String fallback, String doc) {
    return one(key, NO_LETTER, "TIME", fallback, new TimeSpan(false), doc);
  }

  /// A duration that may be 0; the sentence says what that means.
  Setting<Duration> timeOrNone(String key, char letter, String fallback, String doc) {
    return one(key, letter, "TIME", fallback, new TimeSpan(true), doc);
  }

  Setting<Bytes> size(String key, String fallback, long least, long most, String doc) {
    return one(key, NO_LETTER, "SIZE", fallback, new Size(least, most, false), doc);
  }

  /// A size of which 0 means that there is no limit.
  Setting<Bytes> sizeOrUnlimited(String key, String fallback, String doc) {
    return one(key, NO_LETTER, "SIZE", fallback, new Size(0, Size.MOST, true), doc);
  }

  /// Something that a flag says without a value.
  Setting<Boolean> flag(String key, String doc) {
    return add(new Setting<>(key, NO_LETTER, "", "off", new OnOff(), Setting.Shape.SWITCH, doc));
  }

  Setting<Boolean> onOff(String key, String fallback, String doc) {
    return one(key, NO_LETTER, "on/off", fallback, new OnOff(), doc);
  }

  Setting<String> text(String key, char letter, String metavar, String doc) {
    return one(key, letter, metavar, "", new Words(), doc);
  }

  <T> Setting<T> one(
      String key, char letter, String metavar, String fallback, Form<T> form, String doc) {
    return add(new Setting<>(key, letter, metavar, fallback, form, Setting.Shape.ONE, doc));
  }

  <T> Setting<T> many(
      String key, char letter, String metavar, String fallback, Form<T> form, String doc) {
    return add(new Setting<>(key, letter, metavar, fallback, form, Setting.Shape.MANY, doc));
  }

  <T> Setting<T> add(Setting<T> setting) {
    settings.add(setting);
    return setting;
  }
}
