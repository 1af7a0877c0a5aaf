package io.saola.lab;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What one run of wrk with `percentiles.lua` printed, as numbers.
///
/// @param bytesRead heads and bodies, as exactly as wrk prints it
record WrkReport(
    long requests,
    double bytesRead,
    double requestsPerSecond,
    Outcome.Latency latency,
    long refused,
    SocketErrors socketErrors) {

  /// Connections that failed, by what failed.
  record SocketErrors(long connect, long read, long write, long timeout) {
    static final SocketErrors NONE = new SocketErrors(0, 0, 0, 0);

    long total() {
      return connect + read + write + timeout;
    }
  }

  /// wrk prints two digits behind the point.
  private static final double ROUNDING = 0.01;

  private static final int MOST_HEAD = 1024;

  private static final Pattern REQUESTS = Pattern.compile("(?m)^\\s*(\\d+) requests in ");
  private static final Pattern READ =
      Pattern.compile("(?m)^\\s*\\d+ requests in [^,]+, ([\\d.]+)([KMGT]?)B read");
  private static final Pattern RATE = Pattern.compile("(?m)^Requests/sec:\\s*([\\d.]+)");
  private static final Pattern LATENCY =
      Pattern.compile("(?m)^lab: p50 (\\d+) p99 (\\d+) p99\\.9 (\\d+) max (\\d+)$");

  /// wrk calls them so; it counts every status above 399.
  private static final Pattern REFUSED =
      Pattern.compile("(?m)^\\s*Non-2xx or 3xx responses:\\s*(\\d+)");

  private static final Pattern SOCKET_ERRORS =
      Pattern.compile(
          "(?m)^\\s*Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)");

  static WrkReport parse(String output) throws LabException {
    Matcher refused = REFUSED.matcher(output);
    Matcher errors = SOCKET_ERRORS.matcher(output);
    return new WrkReport(
        Long.parseLong(find(REQUESTS, output).group(1)),
        bytes(find(READ, output)),
        Double.parseDouble(find(RATE, output).group(1)),
        latency(find(LATENCY, output)),
        refused.find() ? Long.parseLong(refused.group(1)) : 0,
        errors.find() ? socketErrors(errors) : SocketErrors.NONE);
  }

  /// Answers that were not a success, and connections that failed.
  long errors() {
    return refused + socketErrors.total();
  }

  Outcome outcome() {
    Map<String, Long> errors = new LinkedHashMap<>();
    errors.put("refused", refused);
    errors.put("connectErrors", socketErrors.connect());
    errors.put("readErrors", socketErrors.read());
    errors.put("writeErrors", socketErrors.write());
    errors.put("timeouts", socketErrors.timeout());
    return new Outcome(requests, requestsPerSecond, latency, errors);
  }

  /// Checks that the answers had bodies of that length, as far as wrk tells: it reads each answer
  /// to the end that its head announces, and prints the sum. To look at each body costs it more
  /// than to ask for it. Errors, which have other bodies, are counted anyway.
  void requireLength(int body, int connections) throws LabException {
    double least = requests * (body - ROUNDING * body);
    double most = (requests + connections) * (body + ROUNDING * body + MOST_HEAD);
    if (errors() == 0 && (bytesRead < least || bytesRead > most)) {
      throw new LabException(
          String.format(
              Locale.ROOT,
              "%d answers had %.0f bytes each on average, whose bodies should have %d",
              requests,
              bytesRead / requests,
              body));
    }
  }

  private static Outcome.Latency latency(Matcher found) {
    return new Outcome.Latency(
        Double.parseDouble(found.group(1)),
        Double.parseDouble(found.group(2)),
        Double.parseDouble(found.group(3)),
        Double.parseDouble(found.group(4)));
  }

  private static SocketErrors socketErrors(Matcher found) {
    return new SocketErrors(
        Long.parseLong(found.group(1)),
        Long.parseLong(found.group(2)),
        Long.parseLong(found.group(3)),
        Long.parseLong(found.group(4)));
  }

  private static Matcher find(Pattern pattern, String output) throws LabException {
    Matcher matcher = pattern.matcher(output);
    if (!matcher.find()) {
      throw new LabException("wrk printed something else than expected:\n" + output.strip());
    }
    return matcher;
  }

  /// wrk's units are powers of 1024.
  private static double bytes(Matcher found) {
    double number = Double.parseDouble(found.group(1));
    return switch (found.group(2)) {
      case "K" -> number * 0x1p10;
      case "M" -> number * 0x1p20;
      case "G" -> number * 0x1p30;
      case "T" -> number * 0x1p40;
      default -> number;
    };
  }
}
