package io.saola.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads JSON (RFC 8259) back into maps, lists, texts, doubles and truth values; `null` is NaN,
/// which is what [Json] writes for it.
final class JsonReader {
  private final String text;
  private int at;

  private JsonReader(String text) {
    this.text = text;
  }

  static Object read(String text) throws LabException {
    JsonReader reader = new JsonReader(text);
    Object value = reader.value();
    reader.blanks();
    if (reader.at != text.length()) {
      throw reader.wrong("its end");
    }
    return value;
  }

  private Object value() throws LabException {
    blanks();
    char c = at < text.length() ? text.charAt(at) : ' ';
    return switch (c) {
      case '{' -> map();
      case '[' -> list();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", Double.NaN);
      default -> number();
    };
  }

  private Map<String, Object> map() throws LabException {
    Map<String, Object> map = new LinkedHashMap<>();
    at++;
    if (!next('}')) {
      do {
        blanks();
        String key = string();
        expect(':');
        map.put(key, value());
      } while (next(','));
      expect('}');
    }
    return map;
  }

  private List<Object> list() throws LabException {
    List<Object> list = new ArrayList<>();
    at++;
    if (!next(']')) {
      do {
        list.add(value());
      } while (next(','));
      expect(']');
    }
    return list;
  }

  private String string() throws LabException {
    expect('"');
    StringBuilder out = new StringBuilder();
    while (at < text.length() && text.charAt(at) != '"') {
      char c = text.charAt(at++);
      out.append(c == '\\' ? escaped() : c);
    }
    expect('"');
    return out.toString();
  }

  private char escaped() throws LabException {
    char c = at < text.length() ? text.charAt(at++) : ' ';
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> {
        if (!text.substring(at).matches("(?s)[0-9a-fA-F]{4}.*")) {
          throw wrong("four hexadecimal digits");
        }
        at += 4;
        yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
      }
      default -> throw wrong("an escape");
    };
  }

  private Object word(String word, Object value) throws LabException {
    if (!text.startsWith(word, at)) {
      throw wrong(word);
    }
    at += word.length();
    return value;
  }

  private Double number() throws LabException {
    int begin = at;
    while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    try {
      return Double.valueOf(text.substring(begin, at));
    } catch (NumberFormatException _) {
      at = begin;
      throw wrong("a value");
    }
  }

  private boolean next(char wanted) {
    blanks();
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private void expect(char wanted) throws LabException {
    if (!next(wanted)) {
      throw wrong("'" + wanted + "'");
    }
  }

  private void blanks() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private LabException wrong(String expected) {
    return new LabException("no JSON: at character " + at + " " + expected + " was expected");
  }
}
