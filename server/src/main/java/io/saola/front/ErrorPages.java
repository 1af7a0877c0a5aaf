package io.saola.front;

import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.settings.PageFile;
import io.saola.settings.PageForm;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the server's own answers look like: small pages of its own, or the operator's, in the form
/// that the client likes best. Each is made once. One per event loop.
public final class ErrorPages {
  private static final int FIRST = 400;
  private static final int LAST = 599;
  private static final int FORMS = PageForm.values().length;

  /// In an operator's page, as in nginx, the id of the request.
  private static final String ID = "$request_id";

  private final Accept accept = new Accept();
  private final @Nullable ErrorPage[] files = new @Nullable ErrorPage[(LAST - FIRST + 1) * FORMS];
  private final PageForm[] ifAny = new PageForm[LAST - FIRST + 1];
  private final @Nullable ErrorPage[] own =
      new @Nullable ErrorPage[Rejection.values().length * FORMS * 2];

  public ErrorPages(List<PageFile> pages) {
    Arrays.fill(ifAny, PageForm.TEXT);
    // What is for one status is stronger than what is for all of a hundred.
    add(pages.stream().filter(page -> page.statuses().isClass()).toList());
    add(pages.stream().filter(page -> !page.statuses().isClass()).toList());
  }

  private void add(List<PageFile> pages) {
    BitSet seen = new BitSet();
    for (PageFile page : pages) {
      PageForm form = page.form();
      ErrorPage made = new ErrorPage(type(form), page.content(), ID);
      for (int at = page.statuses().first() - FIRST; at <= page.statuses().last() - FIRST; at++) {
        files[at * FORMS + form.ordinal()] = made;
        // Who does not mind is shown the operator's page, whatever its form is.
        if (!seen.get(at) || form.compareTo(ifAny[at]) < 0) {
          ifAny[at] = form;
          seen.set(at);
        }
      }
    }
  }

  private static String type(PageForm form) {
    return switch (form) {
      case HTML -> "text/html; charset=utf-8";
      case JSON -> "application/json";
      case TEXT -> "text/plain; charset=utf-8";
    };
  }

  /// The page for a client that is refused.
  ///
  /// @param request null if nobody knows what it was
  /// @param hasId whether it has an id
  public ErrorPage page(Rejection reason, @Nullable RequestHead request, boolean hasId) {
    int status = reason.status() - FIRST;
    PageForm form = request == null ? ifAny[status] : accept.best(request, ifAny[status]);
    ErrorPage file = files[status * FORMS + form.ordinal()];
    return file == null ? own(reason, form, hasId) : file;
  }

  private ErrorPage own(Rejection reason, PageForm form, boolean hasId) {
    int at = (reason.ordinal() * FORMS + form.ordinal()) * 2 + (hasId ? 1 : 0);
    ErrorPage page = own[at];
    if (page == null) {
      page = make(reason, form, hasId);
      own[at] = page;
    }
    return page;
  }

  private static ErrorPage make(Rejection reason, PageForm form, boolean hasId) {
    String phrase = StatusPhrase.text(reason.status()).strip();
    return switch (form) {
      case HTML ->
          new ErrorPage(
              type(form),
              """
              <!doctype html>
              <html lang="en">
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width">
              <title>%1$s %2$s</title>
              <h1>%1$s %2$s</h1>
              <p>%3$s</p>
              %4$s\
              """
                  .formatted(
                      reason.status(),
                      phrase,
                      reason.text(),
                      hasId ? "<p>Request <code>" + ID + "</code></p>\n" : ""),
              ID);
      // RFC 9457: what there is to say of the status says the status.
      case JSON ->
          new ErrorPage(
              "application/problem+json",
              "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%s,\"detail\":\"%s\",\"code\":\"%s\"%s}\n"
                  .formatted(
                      phrase,
                      reason.status(),
                      reason.text(),
                      reason.code(),
                      hasId ? ",\"request_id\":\"" + ID + "\"" : ""),
              ID);
      case TEXT ->
          new ErrorPage(
              type(form), reason.text() + "\n" + (hasId ? "Request: " + ID + "\n" : ""), ID);
    };
  }
}
