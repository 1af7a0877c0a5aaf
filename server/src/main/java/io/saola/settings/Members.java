package io.saola.settings;

import io.saola.settings.AccessFormat.Field;
import io.saola.settings.AccessFormat.Member;
import io.saola.settings.AccessFormat.Part;
import io.saola.settings.AccessFormat.Place;
import io.saola.settings.AccessFormat.Source;
import io.saola.settings.AccessFormat.Text;
import io.saola.settings.AccessFormat.Value;
import java.util.ArrayList;
import java.util.List;

/// The formats that no notation can write.
final class Members {
  /// Everything that is known of a request, for `json` and `logfmt`.
  static final List<Part> ALL =
      List.of(
          member("time", AccessValue.TIME_MILLIS),
          member("request_id", AccessValue.REQUEST_ID),
          member("trace_id", AccessValue.TRACE_ID),
          member("remote_addr", AccessValue.ADDRESS),
          member("remote_port", AccessValue.PORT),
          member("remote_user", AccessValue.USER),
          member("method", AccessValue.METHOD),
          member("scheme", AccessValue.SCHEME),
          member("host", AccessValue.HOST),
          member("path", AccessValue.PATH),
          member("query", AccessValue.QUERY_OR_DASH),
          member("protocol", AccessValue.PROTOCOL),
          member("malformed", AccessValue.MALFORMED),
          member("status", AccessValue.STATUS),
          member("rejection", AccessValue.REJECTION),
          member("aborted", AccessValue.ABORTED),
          member("request_bytes", AccessValue.REQUEST_BYTES),
          member("body_bytes", AccessValue.BYTES),
          member("referer", AccessValue.REFERER),
          member("user_agent", AccessValue.USER_AGENT),
          new Member(
              "forwarded_for", new Field(Source.REQUEST_HEADER, "x-forwarded-for", Place.QUOTED)),
          member("duration_ms", AccessValue.DURATION),
          member("receive_ms", AccessValue.RECEIVE),
          member("queue_ms", AccessValue.QUEUE),
          member("app_ms", AccessValue.APP),
          member("send_ms", AccessValue.SEND),
          member("slot", AccessValue.SLOT),
          member("retry", AccessValue.RETRY),
          member("pid", AccessValue.PID));

  /// The line of Heroku's router.
  static final List<Part> ROUTER = router();

  private Members() {}

  private static Part member(String name, AccessValue value) {
    return new Member(name, new Value(value, Place.QUOTED));
  }

  private static List<Part> router() {
    List<Part> parts = new ArrayList<>();
    add(parts, "at=", AccessValue.ROUTER_AT, Place.QUOTED);
    add(parts, " method=", AccessValue.METHOD, Place.BARE);
    add(parts, " path=\"", AccessValue.TARGET, Place.QUOTED);
    add(parts, "\" host=", AccessValue.HOST, Place.BARE);
    add(parts, " request_id=", AccessValue.REQUEST_ID, Place.BARE);
    add(parts, " fwd=\"", AccessValue.ROUTER_FORWARDED, Place.QUOTED);
    add(parts, "\" dyno=slot.", AccessValue.SLOT, Place.BARE);
    add(parts, " connect=", AccessValue.ROUTER_CONNECT, Place.BARE);
    add(parts, "ms service=", AccessValue.ROUTER_SERVICE, Place.BARE);
    add(parts, "ms status=", AccessValue.STATUS, Place.BARE);
    add(parts, " bytes=", AccessValue.BYTES, Place.BARE);
    add(parts, " protocol=", AccessValue.SCHEME, Place.BARE);
    return List.copyOf(parts);
  }

  private static void add(List<Part> parts, String text, AccessValue value, Place place) {
    parts.add(new Text(text));
    parts.add(new Value(value, place));
  }
}
