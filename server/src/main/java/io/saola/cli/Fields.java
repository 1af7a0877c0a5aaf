package io.saola.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What a server has answered, field by field. One that an older or newer server does not send is
/// empty.
record Fields(Map<?, ?> json) {
  static Fields of(Object json) {
    return new Fields(json instanceof Map<?, ?> map ? map : Map.of());
  }

  static List<Fields> all(Object json) {
    List<Fields> all = new ArrayList<>();
    if (json instanceof List<?> list) {
      list.forEach(item -> all.add(of(item)));
    }
    return all;
  }

  boolean has(String name) {
    return json.containsKey(name);
  }

  String text(String name) {
    Object value = json.get(name);
    return value == null ? "" : StatusText.plain(value.toString());
  }

  double number(String name) {
    return json.get(name) instanceof Number number ? number.doubleValue() : 0;
  }

  Fields fields(String name) {
    Object value = json.get(name);
    return of(value == null ? Map.of() : value);
  }

  List<String> texts(String name) {
    List<String> texts = new ArrayList<>();
    if (json.get(name) instanceof List<?> list) {
      list.forEach(item -> texts.add(StatusText.plain(String.valueOf(item))));
    }
    return texts;
  }
}
