package io.saola.exchange;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Says in the error log what went wrong with one exchange, where, and with which request.
///
/// An app may fail after its exchange has ended, when the head is lent no longer: [#ended] keeps
/// what is needed then.
final class Trouble {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  private final Exchanges shared;
  private final Intake intake;
  private final Assignment assignment;
  private String kept = "";
  private boolean ended;

  Trouble(Exchanges shared, Intake intake, Assignment assignment) {
    this.shared = shared;
    this.intake = intake;
    this.assignment = assignment;
  }

  /// The exchange ends, and its head with it.
  void ended() {
    if (assignment.link() != null) {
      kept = shared.request(intake.head());
    }
    ended = true;
  }

  String request() {
    return ended ? kept : shared.request(intake.head());
  }

  /// Its method and path, without the query, which may hold secrets; empty when it has ended.
  String subject() {
    return ended ? "" : shared.subject(intake.head());
  }

  void appFailed(String traceback) {
    LOG.error("app failed {} request={}\n{}", assignment, request(), traceback.stripTrailing());
  }

  void malformed(String problem) {
    LOG.error("app sent a malformed response: {} {} request={}", problem, assignment, request());
  }

  void servedAgain() {
    String what = assignment.toString();
    String request = lostRequest();
    onceKnown(
        how -> LOG.warn("serving again, alone: {} died=\"{}\" request={}", what, how, request));
  }

  /// @param why the reason for not serving it again
  void lost(String why) {
    String what = assignment.toString();
    String request = lostRequest();
    onceKnown(how ->
        LOG.error(
            "lost with its worker: {} died=\"{}\" request={} not-repeated=\"{}\"",
            what,
            how,
            request,
            why));
  }

  private String lostRequest() {
    String request = request();
    shared.dispatcher().deaths().lost(assignment.pid(), request);
    return request;
  }

  private void onceKnown(Consumer<String> line) {
    shared.dispatcher().deaths().onceKnown(assignment.pid(), line);
  }

  void expired(long nanos) {
    LOG.warn(
        "time is up after {} ms, the app is told: {} request={}",
        nanos / 1_000_000,
        assignment,
        request());
  }

  /// @param running how long it has been with its worker, in nanoseconds
  String account(long running, long inQueue) {
    return "request=%s age=%dms queue=%dms"
        .formatted(request(), running / 1_000_000, inQueue / 1_000_000);
  }

  void timedOut(long nanos) {
    LOG.error("timed out after {} ms: {} request={}", nanos / 1_000_000, assignment, request());
  }

  void noFile(String why) {
    LOG.error(
        "cannot read the file that the app answered with: {} {} request={}",
        why,
        assignment,
        request());
  }

  /// Why the exchange cannot be served again, or null.
  ///
  /// @param gone whether its client has
  /// @param expired whether its time was up
  @Nullable String obstacle(Reply reply, boolean gone, boolean expired, int retries) {
    if (reply.hasBegun()) {
      return reply.isSwitched() ? "its WebSocket is open" : "its answer has begun";
    } else if (gone) {
      return "its client has gone";
    } else if (expired) {
      return "its time was up";
    } else if (!intake.head().method().isIdempotent()) {
      return "its method is not idempotent";
    } else if (!intake.isRepeatable()) {
      return "a part of its body was passed on";
    } else if (retries > 0) {
      return "it was served again before";
    } else if (!shared.settings().retry()) {
      return "--retry is off";
    }
    return shared.dispatcher().isStopping() ? "the server stops" : null;
  }
}
