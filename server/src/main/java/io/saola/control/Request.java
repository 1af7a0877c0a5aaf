package io.saola.control;

import java.util.LinkedHashMap;
import java.util.Map;

/// What is asked of a server: an operation's name, and what it needs to know.
public record Request(String operation, Map<String, Object> arguments) {
  public static Request of(String operation) {
    return new Request(operation, Map.of());
  }

  public static Request of(String operation, String name, Object value) {
    return new Request(operation, Map.of(name, value));
  }

  String line() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("version", ControlSocket.VERSION);
    json.put("do", operation);
    json.putAll(arguments);
    return Json.write(json);
  }

  static Request parse(String line) throws RefusedException {
    try {
      if (Json.parse(line) instanceof Map<?, ?> json
          && json.get("version") instanceof Long version
          && json.get("do") instanceof String operation) {
        if (version != ControlSocket.VERSION) {
          throw new RefusedException(
              "this server speaks version "
                  + ControlSocket.VERSION
                  + " of the control protocol, not "
                  + version);
        }
        Map<String, Object> arguments = new LinkedHashMap<>();
        json.forEach((name, value) -> arguments.put(String.valueOf(name), value));
        return new Request(operation, arguments);
      }
    } catch (IllegalArgumentException e) {
      throw new RefusedException("not a request: " + e.getMessage());
    }
    throw new RefusedException("not a request: version and do are missing");
  }

  int slot() throws RefusedException {
    return "all".equals(arguments.get("slot")) ? Operations.ALL : number("slot");
  }

  int workers() throws RefusedException {
    return number("workers");
  }

  int pid() throws RefusedException {
    return number("pid");
  }

  String text(String name) {
    return arguments.get(name) instanceof String text ? text : "";
  }

  private int number(String name) throws RefusedException {
    if (arguments.get(name) instanceof Long number && number >= 0 && number <= Integer.MAX_VALUE) {
      return number.intValue();
    }
    throw new RefusedException(name + " must be a whole number, and not below 0");
  }
}
