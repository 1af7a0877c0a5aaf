package io.saola.front;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.saola.model.KnownHeader;
import io.saola.model.RequestHead;
import io.saola.settings.PageForm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// RFC 9110 §12.5.1.
class AcceptTest {
  private final Accept accept = new Accept();

  private static RequestHead asking(String... fields) {
    RequestHead head = new RequestHead();
    for (String field : fields) {
      byte[] bytes = field.getBytes(ISO_8859_1);
      int start = head.append(bytes, bytes.length);
      head.addField(KnownHeader.ACCEPT, start, start, start, start + bytes.length);
    }
    return head;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        // browsers, curl, fetch, axios, requests
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8 | HTML",
        "*/* | TEXT",
        "application/json, text/plain, */* | JSON",
        "application/json | JSON",
        "application/problem+json | JSON",
        "application/vnd.api+json | JSON",
        "application/json;charset=utf-8 | JSON",
        "APPLICATION/JSON;Q=0.5, text/html;q=0.4 | JSON",
        // weights
        "text/html;q=0.3, application/json;q=0.31 | JSON",
        "text/html;q=0, */* | TEXT",
        "text/plain;q=0, */* | HTML",
        "text/plain;q=0, text/html;q=0.0, */*;q=0.001 | JSON",
        "text/html;q=1.000, application/json | HTML",
        "text/*;q=0.3, text/plain;q=0.7, */*;q=0.5 | TEXT",
        "text/*;q=0.3, text/html;q=0.7, application/*;q=0.8 | JSON",
        // named before included, whatever the order
        "*/*, text/html | HTML",
        "text/*, application/json | JSON",
        "text/* | TEXT",
        "application/* | JSON",
        "text/html, application/json, text/plain | HTML",
        "text/plain, application/json | JSON",
        // parameters
        "text/html;level=1;q=0.1, text/html;q=0.9, application/json;q=0.5 | HTML",
        "text/html;q=0.2;ext=\"a,b\", application/json;q=0.1 | HTML",
        "text/x;a=\"application/json,text/html;q=1\\\",\", text/plain;q=0.1 | TEXT",
        "text/html ; q=0.2 , application/json\t;\tq=0.3 | JSON",
        // what means nothing
        "image/png | TEXT",
        "text/html;q=0 | TEXT",
        "text/html;q=2, application/json;q=0.1 | JSON",
        "text/html;q=0.1234, application/json;q=0.1 | JSON",
        "text/html;q=, application/json;q=0.1 | JSON",
        "text/html;q=.5, application/json;q=0.1 | JSON",
        "text/html;q=1.001, application/json;q=0.1 | JSON",
        "text/htmlx, xtext/html, html, /, *, text/, +json, application/+json;q | JSON",
        ",,, ;q=1, ;; | TEXT",
        "text/html;\"  | HTML",
      })
  void a_client_gets_what_it_likes_best(String field, PageForm expected) {
    assertThat(accept.best(asking(field), PageForm.TEXT)).isEqualTo(expected);
  }

  @Test
  void several_fields_are_one_list() {
    assertThat(accept.best(asking("text/html;q=0.1", "application/json"), PageForm.TEXT))
        .isEqualTo(PageForm.JSON);
    assertThat(accept.best(asking("text/html", ""), PageForm.TEXT)).isEqualTo(PageForm.HTML);
  }

  @Test
  void who_does_not_mind_gets_what_there_is() {
    assertThat(accept.best(asking("*/*"), PageForm.HTML)).isEqualTo(PageForm.HTML);
    assertThat(accept.best(asking("image/png"), PageForm.JSON)).isEqualTo(PageForm.JSON);
    assertThat(accept.best(asking(), PageForm.HTML)).isEqualTo(PageForm.HTML);
    assertThat(accept.best(asking("*/*, text/plain"), PageForm.HTML)).isEqualTo(PageForm.TEXT);
    assertThat(accept.best(asking("application/*"), PageForm.HTML)).isEqualTo(PageForm.JSON);
  }

  @Test
  void one_request_leaves_nothing_for_the_next() {
    accept.best(asking("application/json"), PageForm.TEXT);

    assertThat(accept.best(asking("*/*;q=0.1"), PageForm.TEXT)).isEqualTo(PageForm.TEXT);
  }
}
