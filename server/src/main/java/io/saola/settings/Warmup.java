package io.saola.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request that warms the app before anybody else's reaches it.
///
/// @param url a path with its query, or an absolute URL, whose host is the Host header
/// @param statuses those that are right; none for all below 400
public record Warmup(
    String method, String url, Map<String, String> headers, List<Integer> statuses) {
  private static final String TOKEN = "!#$%&'*+-.^_`|~";
  private static final String IN_URLS = "-._~:/?[]@!$&'()*+,;=%";

  /// As `saola check` shows it.
  String shown() {
    StringBuilder text = new StringBuilder(method.equals("GET") ? url : method + " " + url);
    headers.forEach(
        (name, value) -> text.append(" (").append(name).append(": ").append(value).append(")"));
    for (int i = 0; i < statuses.size(); i++) {
      text.append(i == 0 ? " = " : " or ").append(statuses.get(i));
    }
    return text.toString();
  }

  /// How they are written: URLs separated by spaces, or the one request of a table in a file, as
  /// lines: method, URL, statuses, `Name:value`.
  record Notation() implements Form<List<Warmup>> {
    @Override
    public List<Warmup> read(String text) throws BadValue {
      List<Warmup> all = new ArrayList<>();
      String[] lines = text.split("\n", -1);
      if (lines.length > 1) {
        all.add(request(lines));
        return all;
      }
      for (String url : text.split(" ", -1)) {
        if (!url.isEmpty()) {
          all.add(new Warmup("GET", checkedUrl(url), Map.of(), List.of()));
        }
      }
      return all;
    }

    private static Warmup request(String[] lines) throws BadValue {
      List<Integer> statuses = new ArrayList<>();
      if (lines.length > 2 && !lines[2].isEmpty()) {
        for (String status : lines[2].split(" ", -1)) {
          statuses.add(status(status));
        }
      }
      Map<String, String> headers = new LinkedHashMap<>();
      for (int i = 3; i < lines.length; i++) {
        int colon = lines[i].indexOf(':');
        addHeader(headers, lines[i].substring(0, colon), lines[i].substring(colon + 1).strip());
      }
      return new Warmup(method(lines[0]), checkedUrl(lines[1]), headers, statuses);
    }

    private static String method(String text) throws BadValue {
      String upper = text.toUpperCase(Locale.ROOT);
      if (!isToken(upper) || upper.equals("CONNECT")) {
        throw BadValue.because(
            "method must be GET, HEAD, POST or the like, not " + Quoted.of(text));
      }
      return upper;
    }

    private static int status(String text) throws BadValue {
      try {
        return new WholeNumber(200, 599).read(text);
      } catch (BadValue e) {
        throw BadValue.because("status " + e.why());
      }
    }

    private static void addHeader(Map<String, String> headers, String name, String value)
        throws BadValue {
      if (!isToken(name)) {
        throw BadValue.because("headers: " + Quoted.of(name) + " is not the name of a header");
      }
      if (name.equalsIgnoreCase("Content-Length") || name.equalsIgnoreCase("Transfer-Encoding")) {
        throw BadValue.because("headers: no " + name + ", a warm-up request has no body");
      }
      for (int i = 0; i < value.length(); i++) {
        char c = value.charAt(i);
        if ((Character.isISOControl(c) && c != '\t') || c > 0xff) {
          throw BadValue.because("headers: " + name + " cannot be " + Quoted.of(value));
        }
      }
      headers.put(name, value);
    }

    private static boolean isToken(String text) {
      return !text.isEmpty() && areAll(text, TOKEN);
    }

    private static boolean areAll(String text, String others) {
      return text.chars().allMatch(c -> Digits.isLetterOrDigit((char) c) || others.indexOf(c) >= 0);
    }

    private static String checkedUrl(String text) throws BadValue {
      String why = complaint(text);
      if (why != null) {
        throw BadValue.because(
            "must be a path such as /health or a URL such as https://example.com/health, not "
                + Quoted.of(text)
                + why);
      }
      return text;
    }

    /// Null if there is none.
    private static @Nullable String complaint(String text) {
      if (!areAll(text, IN_URLS) || !areEscaped(text)) {
        return text.indexOf('#') >= 0 ? "; a fragment is never sent" : "; escape the rest with %";
      }
      if (text.startsWith("/") && !text.startsWith("//")) {
        return null;
      }
      String lower = text.toLowerCase(Locale.ROOT);
      if (lower.startsWith("http://") || lower.startsWith("https://")) {
        int path = indexOfPath(text, text.indexOf("://") + 3);
        return AllowedOrigins.isOrigin(text.substring(0, path)) ? null : "; that is no host";
      }
      boolean plain = !text.isEmpty() && text.indexOf(':') < 0 && !text.startsWith("/");
      return plain ? "; did you mean /" + text + "?" : "";
    }

    private static int indexOfPath(String text, int from) {
      for (int i = from; i < text.length(); i++) {
        if (text.charAt(i) == '/' || text.charAt(i) == '?') {
          return i;
        }
      }
      return text.length();
    }

    private static boolean areEscaped(String text) {
      for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
        if (i + 2 >= text.length()
            || Character.digit(text.charAt(i + 1), 16) < 0
            || Character.digit(text.charAt(i + 2), 16) < 0) {
          return false;
        }
      }
      return true;
    }
  }
}
