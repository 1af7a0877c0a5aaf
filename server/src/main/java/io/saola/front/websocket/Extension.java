package io.saola.front.websocket;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An extension that a client offers (RFC 6455 §9.1).
record Extension(String name, List<Parameter> parameters) {
  /// @param value null if it has none
  record Parameter(String name, @Nullable String value) {}

  /// The extensions in the value of a Sec-WebSocket-Extensions field; null if it is malformed.
  static @Nullable List<Extension> parse(String text) {
    return new Parser(text).list();
  }

  /// Reads `1#( token *( ";" token [ "=" ( token / quoted-string ) ] ) )`.
  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    @Nullable List<Extension> list() {
      List<Extension> found = new ArrayList<>();
      do {
        // RFC 9110 §5.6.1: a list may hold empty elements.
        if (!isNext(',') && !isAtEnd()) {
          Extension extension = extension();
          if (extension == null) {
            return null;
          }
          found.add(extension);
        }
      } while (skip(','));
      return isAtEnd() ? found : null;
    }

    private @Nullable Extension extension() {
      String name = token();
      List<Parameter> parameters = new ArrayList<>();
      while (skip(';')) {
        String parameter = token();
        if (parameter.isEmpty()) {
          return null;
        }
        String value = null;
        if (skip('=')) {
          value = isNext('"') ? quoted() : token();
          if (value.isEmpty()) {
            return null;
          }
        }
        parameters.add(new Parameter(parameter, value));
      }
      return name.isEmpty() ? null : new Extension(name, List.copyOf(parameters));
    }

    private String token() {
      skipSpace();
      int start = at;
      while (at < text.length() && Tokens.isTokenChar(text.charAt(at))) {
        at++;
      }
      return text.substring(start, at);
    }

    /// What is in the quotes, which must be a token; empty if it is none.
    private String quoted() {
      StringBuilder value = new StringBuilder();
      for (at++; at < text.length() && text.charAt(at) != '"'; at++) {
        if (text.charAt(at) == '\\') {
          at++;
        }
        if (at >= text.length() || !Tokens.isTokenChar(text.charAt(at))) {
          return "";
        }
        value.append(text.charAt(at));
      }
      return skip('"') ? value.toString() : "";
    }

    private boolean skip(char c) {
      boolean is = isNext(c);
      if (is) {
        at++;
      }
      return is;
    }

    private boolean isNext(char c) {
      skipSpace();
      return at < text.length() && text.charAt(at) == c;
    }

    private boolean isAtEnd() {
      skipSpace();
      return at == text.length();
    }

    private void skipSpace() {
      while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
        at++;
      }
    }
  }
}
