package io.saola.files;

import io.saola.model.HttpDate;
import io.saola.model.KnownHeader;
import io.saola.model.Method;
import io.saola.model.RequestHead;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// What a request's conditions say about the file that it is for (RFC 9110 §13).
final class Conditions {
  /// What is to be done with the request.
  enum Verdict {
    SEND,
    NOT_MODIFIED,
    FAILED
  }

  private final RequestHead request;
  private final String tag;
  private final long modified;

  /// @param tag the file's entity tag, a strong one
  /// @param modified when it was changed, in seconds since 1970
  Conditions(RequestHead request, String tag, long modified) {
    this.request = request;
    this.tag = tag;
    this.modified = modified;
  }

  /// In the order of RFC 9110 §13.2.2: entity tags before dates.
  Verdict verdict() {
    String match = field(KnownHeader.IF_MATCH);
    if (match != null) {
      if (!isListed(match, false)) {
        return Verdict.FAILED;
      }
    } else if (isAfter(KnownHeader.IF_UNMODIFIED_SINCE)) {
      return Verdict.FAILED;
    }
    String noneMatch = field(KnownHeader.IF_NONE_MATCH);
    if (noneMatch != null) {
      return isListed(noneMatch, true) ? Verdict.NOT_MODIFIED : Verdict.SEND;
    }
    String since = field(KnownHeader.IF_MODIFIED_SINCE);
    OptionalLong date = since == null ? OptionalLong.empty() : HttpDate.parse(since);
    return date.isPresent() && modified <= date.getAsLong() ? Verdict.NOT_MODIFIED : Verdict.SEND;
  }

  /// The Range field, if it counts: of GET alone, and not if If-Range says that the client's part
  /// is of another version (RFC 9110 §13.1.5).
  ///
  /// @param now in seconds since 1970
  @Nullable String range(long now) {
    String range = request.method() == Method.GET ? field(KnownHeader.RANGE) : null;
    String only = range == null ? null : field(KnownHeader.IF_RANGE);
    if (only == null) {
      return range;
    }
    if (only.startsWith("\"") || only.startsWith("W/")) {
      return only.equals(tag) ? range : null;
    }
    // A date is a strong validator when the file cannot have changed again within its second.
    OptionalLong date = HttpDate.parse(only);
    boolean same = date.isPresent() && date.getAsLong() == modified && now > modified;
    return same ? range : null;
  }

  private boolean isAfter(KnownHeader header) {
    String text = field(header);
    OptionalLong date = text == null ? OptionalLong.empty() : HttpDate.parse(text);
    return date.isPresent() && modified > date.getAsLong();
  }

  /// The values of all fields of this name as one list, or null.
  private @Nullable String field(KnownHeader header) {
    return Fields.all(request, header);
  }

  /// Whether the file's tag is in a list of entity tags, of which `*` is all.
  ///
  /// @param weakly whether a weak tag with the same text will do (RFC 9110 §8.8.3.2)
  private boolean isListed(String list, boolean weakly) {
    if (list.strip().equals("*")) {
      return true;
    }
    int at = 0;
    while (true) {
      int open = list.indexOf('"', at);
      int close = open < 0 ? -1 : list.indexOf('"', open + 1);
      if (close < 0) {
        return false;
      }
      boolean weak = open >= 2 && list.startsWith("W/", open - 2);
      if ((weakly || !weak) && list.substring(open, close + 1).equals(tag)) {
        return true;
      }
      at = close + 1;
    }
  }
}
