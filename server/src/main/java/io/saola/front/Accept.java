package io.saola.front;

import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import io.saola.settings.PageForm;
import java.util.Arrays;

/// What a client says in Accept about the forms of a page (RFC 9110 §12.5.1).
///
/// Of each form the most specific range counts. Parameters are passed over: nobody who asks for
/// JSON of some charset or profile would rather have no JSON. One per event loop.
final class Accept {
  private static final PageForm[] FORMS = PageForm.values();
  private static final int ONE = 1000;

  /// How closely a range names what it names.
  private static final int ANYTHING = 1;

  private static final int ANY_OF_TYPE = 2;
  private static final int WITH_PARAMETERS = 3;
  private static final int EXACTLY = 4;

  private static final String TEXT_TYPE = "text/";
  private static final String APPLICATION_TYPE = "application/";
  private static final String JSON_SUFFIX = "+json";

  private final int[] weights = new int[FORMS.length];
  private final int[] closeness = new int[FORMS.length];

  /// The form that the client likes best. Of what it likes equally, what it names goes before what
  /// it only includes; of what it names, the order of the forms counts; of what it does not, it is
  /// `ifAny`. That is better than nothing, too, where it would take none (§12.4.1).
  PageForm best(RequestHead request, PageForm ifAny) {
    Arrays.fill(weights, 0);
    Arrays.fill(closeness, 0);
    for (int i = 0; i < request.fieldCount(); i++) {
      if (request.known(i) == KnownHeader.ACCEPT) {
        list(request.bytes(), request.valueStart(i), request.valueEnd(i));
      }
    }
    PageForm best = FORMS[0];
    for (PageForm form : FORMS) {
      if (rank(form) > rank(best)) {
        best = form;
      }
    }
    boolean named = closeness[best.ordinal()] > ANY_OF_TYPE && weights[best.ordinal()] > 0;
    return !named && rank(ifAny) == rank(best) ? ifAny : best;
  }

  /// By weight, and by whether it is named.
  private int rank(PageForm form) {
    int weight = weights[form.ordinal()];
    return weight == 0 ? 0 : weight * 2 + (closeness[form.ordinal()] > ANY_OF_TYPE ? 1 : 0);
  }

  private void list(byte[] bytes, int start, int end) {
    for (int at = start; at < end; ) {
      int stop = end(',', bytes, at, end);
      element(bytes, at, stop);
      at = stop + 1;
    }
  }

  /// Where the next delimiter is that stands in no quoted text.
  private static int end(char delimiter, byte[] bytes, int start, int end) {
    boolean quoted = false;
    for (int i = start; i < end; i++) {
      if (bytes[i] == '"') {
        quoted = !quoted;
      } else if (quoted && bytes[i] == '\\') {
        i++;
      } else if (!quoted && bytes[i] == delimiter) {
        return i;
      }
    }
    return end;
  }

  private void element(byte[] bytes, int start, int end) {
    int typeEnd = end(';', bytes, start, end);
    int weight = ONE;
    boolean weighted = false;
    boolean parameters = false;
    for (int at = typeEnd + 1; at < end && !weighted; ) {
      int stop = end(';', bytes, at, end);
      int from = skipSpace(bytes, at, stop);
      weighted = stop - from > 1 && (bytes[from] | 32) == 'q' && bytes[from + 1] == '=';
      parameters |= !weighted && from < stop;
      weight = weighted ? weight(bytes, from + 2, backOverSpace(bytes, from, stop)) : weight;
      at = stop + 1;
    }
    if (weight >= 0) {
      int from = skipSpace(bytes, start, typeEnd);
      range(bytes, from, backOverSpace(bytes, from, typeEnd), weight, parameters);
    }
  }

  private void range(byte[] bytes, int start, int end, int weight, boolean parameters) {
    if (is("*/*", bytes, start, end)) {
      for (PageForm form : FORMS) {
        note(form, weight, ANYTHING);
      }
      return;
    }
    int exactly = parameters ? WITH_PARAMETERS : EXACTLY;
    if (startsWith(TEXT_TYPE, bytes, start, end)) {
      int subtype = start + TEXT_TYPE.length();
      boolean all = is("*", bytes, subtype, end);
      if (all || is("html", bytes, subtype, end)) {
        note(PageForm.HTML, weight, all ? ANY_OF_TYPE : exactly);
      }
      if (all || is("plain", bytes, subtype, end)) {
        note(PageForm.TEXT, weight, all ? ANY_OF_TYPE : exactly);
      }
    } else if (startsWith(APPLICATION_TYPE, bytes, start, end)) {
      int subtype = start + APPLICATION_TYPE.length();
      if (is("*", bytes, subtype, end)) {
        note(PageForm.JSON, weight, ANY_OF_TYPE);
      } else if (is("json", bytes, subtype, end)
          || startsWith(JSON_SUFFIX, bytes, Math.max(subtype, end - JSON_SUFFIX.length()), end)) {
        note(PageForm.JSON, weight, exactly);
      }
    }
  }

  private void note(PageForm form, int weight, int close) {
    int at = form.ordinal();
    if (close > closeness[at]) {
      closeness[at] = close;
      weights[at] = weight;
    } else if (close == closeness[at]) {
      weights[at] = Math.max(weights[at], weight);
    }
  }

  /// In thousandths (§12.4.2); -1 for what is none, with which its range means nothing.
  private static int weight(byte[] bytes, int start, int end) {
    int size = end - start;
    if (size < 1 || size > 5 || bytes[start] < '0' || bytes[start] > '1') {
      return -1;
    }
    if (size > 1 && bytes[start + 1] != '.') {
      return -1;
    }
    int weight = (bytes[start] - '0') * ONE;
    int unit = ONE / 10;
    for (int i = start + 2; i < end; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        return -1;
      }
      weight += (bytes[i] - '0') * unit;
      unit /= 10;
    }
    return weight > ONE ? -1 : weight;
  }

  private static boolean is(String lower, byte[] bytes, int start, int end) {
    return end - start == lower.length() && startsWith(lower, bytes, start, end);
  }

  private static boolean startsWith(String lower, byte[] bytes, int start, int end) {
    if (end - start < lower.length()) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      byte b = bytes[start + i];
      char c = lower.charAt(i);
      if (b != c && (b < 'A' || b > 'Z' || b + 32 != c)) {
        return false;
      }
    }
    return true;
  }

  private static int skipSpace(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end && (bytes[at] == ' ' || bytes[at] == '\t')) {
      at++;
    }
    return at;
  }

  private static int backOverSpace(byte[] bytes, int start, int end) {
    int at = end;
    while (at > start && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t')) {
      at--;
    }
    return at;
  }
}
