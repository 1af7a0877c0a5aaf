package io.saola.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netty.buffer.ByteBuf;
import io.saola.model.ResponseHead;
import java.util.ArrayList;
import java.util.List;

/// Notes what a worker says about one request, as short texts.
final class RecordedAnswer implements Answer {
  final List<String> said = new ArrayList<>();

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
  public void lost(boolean started) {
    said.add(started ? "lost" : "lost before it began");
  }

  private static String text(ResponseHead head) {
    StringBuilder text = new StringBuilder(Integer.toString(head.status()));
    for (int i = 0; i < head.fieldCount(); i++) {
      text.append(',').append(string(head, head.nameStart(i), head.nameEnd(i)));
      text.append('=').append(string(head, head.valueStart(i), head.valueEnd(i)));
    }
    return text.toString();
  }

  private static String string(ResponseHead head, int start, int end) {
    return new String(head.bytes(), start, end - start, ISO_8859_1);
  }
}
