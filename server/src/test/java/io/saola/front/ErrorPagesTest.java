package io.saola.front;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.control.Json;
import io.saola.model.KnownHeader;
import io.saola.model.Rejection;
import io.saola.model.RequestHead;
import io.saola.settings.PageFile;
import io.saola.settings.PageForm;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ErrorPagesTest {
  private static final String ID = "abc-1";

  private static RequestHead accepting(String accept) {
    RequestHead head = new RequestHead();
    byte[] bytes = accept.getBytes(ISO_8859_1);
    head.append(bytes, bytes.length);
    head.addField(KnownHeader.ACCEPT, 0, 0, 0, bytes.length);
    return head;
  }

  private static PageFile file(int first, int last, PageForm form, String content) {
    return new PageFile(new PageFile.Statuses(first, last), form, content);
  }

  private static String text(ErrorPage page, String id) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < page.pieceCount(); i++) {
      text.append(i > 0 ? id : "");
      text.append(
          page.isShared() ? UTF_8.decode(page.sharedPiece(i)) : new String(page.piece(i), UTF_8));
    }
    assertThat(text.toString().getBytes(UTF_8)).hasSize(page.size(id.length()));
    return text.toString();
  }

  private static String type(ErrorPage page) {
    return new String(page.fields(), StandardCharsets.US_ASCII).lines().findFirst().orElseThrow();
  }

  @Test
  void a_page_is_the_same_in_three_forms() {
    ErrorPages pages = new ErrorPages(List.of());
    ErrorPage html = pages.page(Rejection.QUEUE_FULL, accepting("text/html"), true);
    ErrorPage json = pages.page(Rejection.QUEUE_FULL, accepting("application/json"), true);
    ErrorPage plain = pages.page(Rejection.QUEUE_FULL, accepting("*/*"), true);

    assertThat(type(html)).isEqualTo("Content-Type: text/html; charset=utf-8");
    assertThat(text(html, ID))
        .isEqualTo(
            """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width">
            <title>503 Service Unavailable</title>
            <h1>503 Service Unavailable</h1>
            <p>All workers are busy.</p>
            <p>Request <code>abc-1</code></p>
            """);
    assertThat(type(json)).isEqualTo("Content-Type: application/problem+json");
    assertThat(text(json, ID))
        .isEqualTo(
            "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
                + "\"detail\":\"All workers are busy.\",\"code\":\"queue-full\","
                + "\"request_id\":\"abc-1\"}\n");
    assertThat(type(plain)).isEqualTo("Content-Type: text/plain; charset=utf-8");
    assertThat(text(plain, ID)).isEqualTo("All workers are busy.\nRequest: abc-1\n");
  }

  @ParameterizedTest
  @EnumSource(Rejection.class)
  void every_page_is_well_formed_with_an_id_and_without(Rejection reason) {
    ErrorPages pages = new ErrorPages(List.of());
    for (boolean hasId : new boolean[] {true, false}) {
      ErrorPage json = pages.page(reason, accepting("application/json"), hasId);
      ErrorPage html = pages.page(reason, accepting("text/html"), hasId);
      String id = hasId ? ID : "";

      Map<String, Object> expected = new LinkedHashMap<>();
      expected.put("type", "about:blank");
      expected.put("title", StatusPhrase.text(reason.status()).strip());
      expected.put("status", (long) reason.status());
      expected.put("detail", reason.text());
      expected.put("code", reason.code());
      if (hasId) {
        expected.put("request_id", ID);
      }
      assertThat(Json.parse(text(json, id))).isEqualTo(expected);
      assertThat(reason.text()).doesNotContain("<", "&", "\"", "\\");
      assertThat(text(html, id)).contains("<p>" + reason.text() + "</p>\n").endsWith(">\n");
      assertThat(text(pages.page(reason, null, hasId), id))
          .isEqualTo(reason.text() + "\n" + (hasId ? "Request: abc-1\n" : ""));
    }
  }

  @Test
  void a_page_is_made_once() {
    ErrorPages pages = new ErrorPages(List.of());

    assertThat(pages.page(Rejection.TIMEOUT, accepting("text/html"), true))
        .isSameAs(pages.page(Rejection.TIMEOUT, accepting("text/html, */*;q=0.1"), true))
        .isNotSameAs(pages.page(Rejection.TIMEOUT, accepting("text/html"), false));
  }

  @Test
  void an_operators_page_takes_the_place_of_ours_in_its_form() {
    ErrorPages pages = new ErrorPages(List.of(file(503, 503, PageForm.HTML, "<h1>Back soon")));

    assertThat(text(pages.page(Rejection.QUEUE_FULL, accepting("text/html"), true), ID))
        .isEqualTo("<h1>Back soon");
    assertThat(type(pages.page(Rejection.QUEUE_FULL, accepting("application/json"), true)))
        .isEqualTo("Content-Type: application/problem+json");
    assertThat(text(pages.page(Rejection.TIMEOUT, accepting("text/html"), true), ID))
        .contains("504 Gateway Timeout");
  }

  @Test
  void who_does_not_mind_sees_the_operators_page() {
    ErrorPages pages =
        new ErrorPages(
            List.of(
                file(503, 503, PageForm.JSON, "{}"),
                file(503, 503, PageForm.HTML, "<h1>Back soon"),
                file(504, 504, PageForm.JSON, "[]")));

    assertThat(text(pages.page(Rejection.QUEUE_FULL, accepting("*/*"), true), ID))
        .isEqualTo("<h1>Back soon");
    assertThat(text(pages.page(Rejection.QUEUE_FULL, null, false), "")).isEqualTo("<h1>Back soon");
    assertThat(text(pages.page(Rejection.TIMEOUT, accepting("*/*"), true), ID)).isEqualTo("[]");
    assertThat(type(pages.page(Rejection.TIMEOUT, null, false)))
        .isEqualTo("Content-Type: application/json");
  }

  @Test
  void what_is_for_one_status_is_stronger_than_what_is_for_many() {
    ErrorPages pages =
        new ErrorPages(
            List.of(
                file(503, 503, PageForm.TEXT, "503"),
                file(500, 599, PageForm.HTML, "5xx"),
                file(502, 502, PageForm.HTML, "502")));

    assertThat(text(pages.page(Rejection.WORKER_LOST, accepting("*/*"), true), ID))
        .isEqualTo("502");
    assertThat(text(pages.page(Rejection.TIMEOUT, accepting("*/*"), true), ID)).isEqualTo("5xx");
    assertThat(text(pages.page(Rejection.QUEUE_FULL, accepting("*/*"), true), ID)).isEqualTo("503");
    assertThat(text(pages.page(Rejection.QUEUE_FULL, accepting("text/html"), true), ID))
        .isEqualTo("5xx");
    assertThat(text(pages.page(Rejection.FILE_MISSING, accepting("text/html"), true), ID))
        .contains("404 Not Found");
  }

  @Test
  void an_operators_page_can_show_the_id_of_the_request() {
    String large = "é".repeat(3000);
    ErrorPages pages =
        new ErrorPages(
            List.of(
                file(503, 503, PageForm.TEXT, "$request_id is $request_id"),
                file(504, 504, PageForm.TEXT, large + "$request_id")));
    ErrorPage small = pages.page(Rejection.QUEUE_FULL, null, true);
    ErrorPage shared = pages.page(Rejection.TIMEOUT, null, true);

    assertThat(text(small, ID)).isEqualTo("abc-1 is abc-1");
    assertThat(text(small, "")).isEqualTo(" is ");
    assertThat(small.isShared()).isFalse();
    assertThat(shared.isShared()).isTrue();
    assertThat(text(shared, ID)).isEqualTo(large + ID);
    assertThat(text(shared, ID)).isEqualTo(large + ID);
  }
}
