package io.saola.settings;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The origins (RFC 6454) that may open a WebSocket; none means all.
public record AllowedOrigins(List<Rule> rules) {
  public AllowedOrigins {
    rules = List.copyOf(rules);
  }

  /// What an operator allows with one value.
  public sealed interface Rule {}

  record Any() implements Rule {}

  /// The origin of the server itself: what the client connects to is what the page came from.
  record Same() implements Rule {}

  record Exact(Origin origin) implements Rule {}

  /// Every host below this one, at any depth, but not this one itself.
  record Below(Origin origin) implements Rule {}

  /// An origin in the form in which two can be compared.
  ///
  /// @param port 0 if it is the scheme's own
  record Origin(String scheme, String host, int port) {}

  /// How a rule is written.
  record Notation() implements Form<Rule> {
    private static final String WILDCARD = "://*.";

    @Override
    public Rule read(String text) throws BadValue {
      String lower = lower(text);
      if (lower.equals("*")) {
        return new Any();
      }
      if (lower.equals("same")) {
        return new Same();
      }
      boolean below = lower.contains(WILDCARD);
      Origin origin = parse(below ? lower.replace(WILDCARD, "://") : lower);
      if (origin != null && !origin.scheme().startsWith("ws")) {
        return below ? new Below(origin) : new Exact(origin);
      }
      String near = near(lower);
      throw BadValue.because(
          "must be an origin such as https://example.com or https://*.example.com, same or *, not "
              + Quoted.of(text)
              + (near.isEmpty() ? "" : "; did you mean " + near + "?"));
    }

    /// What is usually meant: an origin ends behind its port, and is that of a page.
    private static String near(String text) {
      String page = text.startsWith("ws") ? text.replaceFirst("^ws(s?)://", "http$1://") : text;
      int host = page.indexOf("://");
      String full = host < 0 ? "https://" + page : page;
      int slash = full.indexOf('/', full.indexOf("://") + 3);
      String bare = slash < 0 ? full : full.substring(0, slash);
      return parse(bare.replace(WILDCARD, "://")) == null ? "" : bare;
    }
  }

  /// Whether a page of this origin may open a WebSocket.
  ///
  /// @param origin as in the client's Origin field
  /// @param host as in its Host field or `:authority`
  public boolean allows(String origin, String host) {
    if (rules.isEmpty()) {
      return true;
    }
    Origin page = parse(lower(origin));
    for (Rule rule : rules) {
      boolean allowed =
          switch (rule) {
            case Any _ -> true;
            case Same _ -> page != null && page.equals(parse(page.scheme(), lower(host)));
            case Exact(Origin exact) -> exact.equals(page);
            case Below(Origin above) -> page != null && isBelow(page, above);
          };
      if (allowed) {
        return true;
      }
    }
    return false;
  }

  /// Whether a text, but for its case, is an origin as RFC 6454 §6.2 writes it.
  static boolean isOrigin(String text) {
    return parse(lower(text)) != null;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static boolean isBelow(Origin page, Origin above) {
    return page.scheme().equals(above.scheme())
        && page.port() == above.port()
        && page.host().endsWith("." + above.host());
  }

  /// An origin in lower case as RFC 6454 §6.2 writes it; null for anything else, also for `null`.
  private static @Nullable Origin parse(String text) {
    int colon = text.indexOf("://");
    return colon < 0 ? null : parse(text.substring(0, colon), text.substring(colon + 3));
  }

  private static @Nullable Origin parse(String scheme, String authority) {
    int colon = authority.indexOf(':', authority.startsWith("[") ? authority.indexOf(']') + 1 : 0);
    String host = colon < 0 ? authority : authority.substring(0, colon);
    int port = colon < 0 ? 0 : port(authority.substring(colon + 1));
    if (!isScheme(scheme) || !isHost(host) || port < 0) {
      return null;
    }
    int usual = scheme.equals("https") ? 443 : scheme.equals("http") ? 80 : 0;
    return new Origin(scheme, host, port == usual ? 0 : port);
  }

  private static int port(String text) {
    if (text.length() > 5 || !Digits.areWhole(text, text.length())) {
      return -1;
    }
    int port = Integer.parseInt(text);
    return port > 0 && port <= 65535 ? port : -1;
  }

  private static boolean isScheme(String text) {
    return !text.isEmpty() && areAll(text, "+-.") && Character.isLetter(text.charAt(0));
  }

  private static boolean isHost(String text) {
    if (text.startsWith("[") && text.endsWith("]")) {
      return IpRange.literal(text.substring(1, text.length() - 1)) != null;
    }
    return !text.isEmpty()
        && areAll(text, "-._")
        && !text.startsWith(".")
        && !text.endsWith(".")
        && !text.contains("..");
  }

  private static boolean areAll(String text, String others) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Digits.isLetterOrDigit(c) && others.indexOf(c) < 0) {
        return false;
      }
    }
    return true;
  }
}
