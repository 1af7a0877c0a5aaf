package io.saola.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestHeadTest {
  private final RequestHead head = new RequestHead();

  @Test
  void removed_fields_are_gone_and_the_others_keep_their_order() {
    for (KnownHeader header : List.of(KnownHeader.HOST, KnownHeader.VIA, KnownHeader.TE)) {
      add(header, header.text());
    }
    add(null, "X-Other");
    add(KnownHeader.VIA, "via");

    head.removeFields(EnumSet.of(KnownHeader.VIA, KnownHeader.DATE));

    assertThat(names()).containsExactly("Host", "TE", "X-Other");
    assertThat(head.indexOf(KnownHeader.VIA)).isEqualTo(-1);
    assertThat(head.value(KnownHeader.TE)).isEqualTo("v-TE");
  }

  @Test
  void more_fields_than_it_has_room_for_make_it_grow() {
    for (int i = 0; i < 100; i++) {
      add(null, "X-" + i);
    }

    assertThat(names()).hasSize(100).startsWith("X-0").endsWith("X-99");
  }

  @Test
  void a_large_head_is_not_kept() {
    head.room(70_000);

    head.reset();

    assertThat(head.bytes().length).isLessThanOrEqualTo(16 * 1024);
  }

  private void add(KnownHeader header, String name) {
    byte[] text = (name + "v-" + name).getBytes(ISO_8859_1);
    int start = head.length();
    System.arraycopy(text, 0, head.room(text.length), start, text.length);
    head.length(start + text.length);
    int colon = start + name.length();
    head.addField(header, start, colon, colon, head.length());
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < head.fieldCount(); i++) {
      names.add(head.text(head.nameStart(i), head.nameEnd(i)));
    }
    return names;
  }
}
