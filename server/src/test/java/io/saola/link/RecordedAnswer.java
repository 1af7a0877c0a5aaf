package io.saola.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.saola.model.ResponseHead;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Notes what a worker says about one request, as short texts.
class RecordedAnswer implements Answer {
  final List<String> said = new ArrayList<>();
  private final @Nullable Talk talk = new RecordedTalk();

  @Override
  public void response(ResponseHead head, ByteBuf body) {
    said.add("response " + text(head) + "|" + body.toString(ISO_8859_1));
  }

  @Override
  public void head(ResponseHead head) {
    said.add("head " + text(head));
  }

  @Override
  public void data(ByteBuf data) {
    said.add("data " + data.toString(ISO_8859_1));
  }

  @Override
  public void file(String path, long offset, long length) {
    said.add("file " + path + " " + offset + "+" + length);
  }

  @Override
  public void end(boolean aborted) {
    said.add(aborted ? "aborted" : "end");
  }

  @Override
  public void failed(String traceback) {
    said.add("failed " + traceback);
  }

  @Override
  public void skipped() {
    said.add("skipped");
  }

  @Override
  public void broken(String problem, boolean complete) {
    said.add("broken " + problem + (complete ? "" : ", to be ended"));
  }

  @Override
  public void earlyHints(List<String> links) {
    said.add("hints " + links);
  }

  @Override
  public void trailers(ResponseHead fields) {
    said.add("trailers" + fields(fields));
  }

  @Override
  public void credit(int bytes) {
    said.add("credit " + bytes);
  }

  @Override
  public @Nullable Talk accept(ResponseHead head) {
    said.add("accept " + string(head, 0, head.statusEnd()) + fields(head));
    return talk;
  }

  @Override
  public void refuse() {
    said.add("refuse");
  }

  @Override
  public void expired() {
    said.add("expired");
  }

  @Override
  public void timedOut() {
    said.add("timed out");
  }

  /// Notes what the worker says on the WebSocket among the rest.
  private final class RecordedTalk implements Talk {
    @Override
    public void message(ByteBuf piece, boolean text, boolean last) {
      said.add(
          "message "
              + piece.toString(ISO_8859_1)
              + (text ? " text" : " bytes")
              + (last ? "" : " more"));
    }

    @Override
    public void close(int code, String reason) {
      said.add("close " + code + " " + reason);
    }

    @Override
    public void credit(int bytes) {
      said.add("credit " + bytes);
    }

    @Override
    public void end(boolean failed) {
      said.add(failed ? "talk failed" : "talk ended");
    }
  }

  @Override
  public void lost(boolean started) {
    said.add(started ? "lost" : "lost before it began");
  }

  private static String text(ResponseHead head) {
    return head.status() + fields(head);
  }

  private static String fields(ResponseHead head) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < head.fieldCount(); i++) {
      text.append(',').append(string(head, head.nameStart(i), head.nameEnd(i)));
      text.append('=').append(string(head, head.valueStart(i), head.valueEnd(i)));
    }
    return text.toString();
  }

  private static String string(ResponseHead head, int start, int end) {
    return new String(head.bytes(), start, end - start, ISO_8859_1);
  }

  /// How many bytes of body have been told, in however many pieces.
  int dataTold() {
    return said.stream()
        .filter(each -> each.startsWith("data "))
        .mapToInt(each -> each.length() - "data ".length())
        .sum();
  }
}
