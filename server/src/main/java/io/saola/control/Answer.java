package io.saola.control;

import java.util.LinkedHashMap;
import java.util.Map;

/// What a server answers, as a line.
final class Answer {
  private Answer() {}

  static String value(Object value) {
    return line("value", value);
  }

  static String error(String message) {
    return line("error", message);
  }

  private static String line(String name, Object value) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("version", ControlSocket.VERSION);
    message.put(name, value);
    return Json.write(message);
  }
}
