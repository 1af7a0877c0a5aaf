package io.saola.link;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.saola.model.ResponseHead;
import io.saola.rig.FakeWorker;
import io.saola.wire.FrameKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Bodies that are not sent, but put where the server sees them.
class ArenaTest {
  @TempDir private Path folder;
  private final RecordedOwner owner = new RecordedOwner();
  private final List<ByteBuf> kept = new ArrayList<>();
  private LinkStage stage;
  private FakeWorker worker;
  private WorkerLink link;
  private Path path;

  @BeforeEach
  void open() {
    stage = new LinkStage(folder);
    stage.onReady(ready -> {
      ready.owner(owner);
      link = ready;
    });
    worker = stage.worker(1);
    path = folder.resolve("arena-1-" + FakeWorker.PID);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  /// An answer that keeps the body as long as a client would that reads slowly.
  private final class Keeping extends RecordedAnswer {
    @Override
    public void response(ResponseHead head, ByteBuf body) {
      super.response(head, body.slice(0, Math.min(5, body.readableBytes())));
      kept.add(body.retain());
    }
  }

  private ByteBuffer arena() {
    ByteBuffer memory = worker.makeArena(path, Arena.SIZE);
    worker.send(FakeWorker.frame(FrameKind.ARENA, 0, 0, 0, new byte[0]));
    worker.expect(FrameKind.ARENA_READY);
    return memory;
  }

  /// Puts a body there, as a worker does.
  private static int put(ByteBuffer memory, int block, String text, int size) {
    int at = Arena.FIRST + block * Arena.BLOCK;
    memory.put(at, text.getBytes(ISO_8859_1));
    for (int i = 0; i * Arena.BLOCK < size; i++) {
      memory.put(block + i, (byte) 1);
    }
    return at;
  }

  private <T extends RecordedAnswer> T send(T answer) {
    stage.run(() -> link.send(SentRequest.get("/"), answer));
    worker.request();
    return answer;
  }

  private void says(RecordedAnswer answer, String... what) {
    stage.await(() -> answer.said.size() >= what.length);
    assertThat(stage.call(() -> List.copyOf(answer.said))).containsExactly(what);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private static List<Integer> taken(ByteBuffer memory) {
    List<Integer> blocks = new ArrayList<>();
    for (int block = 0; block < Arena.BLOCKS; block++) {
      if (memory.get(block) != 0) {
        blocks.add(block);
      }
    }
    return blocks;
  }

  @Test
  void its_file_needs_no_name_once_the_server_has_it() {
    arena();

    assertThat(path).doesNotExist();
  }

  @Test
  void a_body_is_read_where_it_is_and_its_blocks_are_given_back() {
    ByteBuffer memory = arena();
    RecordedAnswer answer = send(new RecordedAnswer());
    int at = put(memory, 3, "the body", 8);

    worker.send(FakeWorker.sharedResponse(1, at, 8, "200 OK", "A", "b"));

    says(answer, "response 200,A=b|the body");
    assertThat(taken(memory)).isEmpty();
  }

  @Test
  void pieces_are_read_there_too_and_cost_credit() {
    ByteBuffer memory = arena();
    RecordedAnswer answer = send(new RecordedAnswer());
    worker.send(FakeWorker.head(1, "200 OK"));
    worker.send(FakeWorker.sharedData(1, put(memory, 0, "one", 3), 3));
    worker.send(FakeWorker.data(1, "two"), FakeWorker.end(1));
    says(answer, "head 200", "data one", "data two", "end");

    RecordedAnswer second = send(new RecordedAnswer());
    int all = Arena.BLOCKS * Arena.BLOCK;
    worker.send(FakeWorker.head(2, "200 OK"));
    worker.send(FakeWorker.sharedData(2, put(memory, 0, "", all), all));

    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said).containsExactly("broken: data beyond its credit");
    says(second, "head 200");
    assertThat(taken(memory)).isEmpty();
  }

  @Test
  void blocks_stay_taken_as_long_as_a_client_needs_them() {
    ByteBuffer memory = arena();
    Keeping answer = send(new Keeping());
    int size = 2 * Arena.BLOCK + 1;

    worker.send(FakeWorker.sharedResponse(1, put(memory, 7, "large", size), size, "200 OK"));
    says(answer, "response 200|large");
    assertThat(taken(memory)).containsExactly(7, 8, 9);

    stage.run(() -> kept.forEach(ByteBuf::release));
    assertThat(taken(memory)).isEmpty();
  }

  @Test
  void clients_that_read_slowly_never_have_more_than_half_of_it() {
    ByteBuffer memory = arena();
    int size = 16 * Arena.BLOCK;
    List<Integer> blocks = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Keeping answer = send(new Keeping());
      int at = put(memory, 16 * i, "no. " + i, size);
      worker.send(FakeWorker.sharedResponse(1 + i, at, size, "200 OK"));
      says(answer, "response 200|no. " + i);
      blocks.add(taken(memory).size());
    }

    assertThat(blocks).containsExactly(16, 32, 32, 32);
    assertThat(kept.get(3).toString(0, 5, ISO_8859_1)).isEqualTo("no. 3");
    stage.run(() -> kept.forEach(ByteBuf::release));
    assertThat(taken(memory)).isEmpty();
  }

  @Test
  void clients_may_have_more_of_it_where_the_worker_uses_more() {
    ByteBuffer memory = arena();
    int size = 16 * Arena.BLOCK;
    List<Integer> blocks = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Keeping answer = send(new Keeping());
      int at = put(memory, 16 * (9 - i), "no. " + i, size);
      worker.send(FakeWorker.sharedResponse(1 + i, at, size, "200 OK"));
      says(answer, "response 200|no. " + i);
      blocks.add(taken(memory).size());
    }

    assertThat(blocks).containsExactly(16, 32, 48, 64, 80, 80, 80, 80, 80, 80);
    stage.run(() -> kept.forEach(ByteBuf::release));
    assertThat(taken(memory)).isEmpty();
  }

  @Test
  void what_clients_have_outlives_the_worker() {
    ByteBuffer memory = arena();
    Keeping answer = send(new Keeping());
    int at = put(memory, 0, "still", 5);
    worker.send(FakeWorker.sharedResponse(1, at, 5, "200 OK"));
    says(answer, "response 200|still");

    worker.close();
    stage.await(() -> owner.said.contains("closed"));

    assertThat(kept.getFirst().toString(ISO_8859_1)).isEqualTo("still");
    stage.run(() -> kept.forEach(ByteBuf::release));
    assertThat(taken(memory)).isEmpty();
  }

  private static final int KEPT = 512;
  private static final int KEEP = 520;

  private static void keep(ByteBuffer memory, byte[]... frames) {
    int size = 0;
    for (byte[] frame : frames) {
      memory.put(KEEP + size, frame);
      size += frame.length;
    }
    memory.order(ByteOrder.nativeOrder()).putLong(KEPT, size);
  }

  @Test
  void what_a_dead_worker_has_kept_is_answered() {
    ByteBuffer memory = arena();
    RecordedAnswer sent = send(new RecordedAnswer());
    RecordedAnswer kept = send(new RecordedAnswer());
    RecordedAnswer large = send(new RecordedAnswer());
    RecordedAnswer running = send(new RecordedAnswer());
    RecordedAnswer waiting = send(new RecordedAnswer());
    worker.start(4);
    byte[] first = FakeWorker.response(1, bytes("one"), "200 OK");
    keep(
        memory,
        first,
        FakeWorker.response(2, bytes("two"), "200 OK"),
        FakeWorker.sharedResponse(3, put(memory, 0, "three", 5), 5, "200 OK"));
    worker.send(first);

    worker.close();
    stage.await(() -> !waiting.said.isEmpty());

    says(sent, "response 200|one");
    says(kept, "response 200|two");
    says(large, "response 200|three");
    says(running, "lost");
    says(waiting, "lost before it began");
    assertThat(owner.said).containsExactly("closed");
  }

  @Test
  void what_is_kept_and_makes_no_sense_is_left_out() {
    for (int i = 0; i < 3; i++) {
      ByteBuffer memory = arena();
      RecordedAnswer answer = send(new RecordedAnswer());
      worker.start(1);
      if (i == 0) {
        keep(memory, new byte[] {1, 2, 3});
      } else if (i == 1) {
        keep(memory, FakeWorker.frame(0x7F, 0, 0, 1, new byte[0]));
      } else {
        memory.order(ByteOrder.nativeOrder()).putLong(KEPT, Arena.SIZE);
      }

      worker.close();

      says(answer, "lost");
      close();
      owner.said.clear();
      open();
    }
  }

  @Test
  void one_that_broke_the_protocol_is_not_believed_what_it_has_kept() {
    ByteBuffer memory = arena();
    RecordedAnswer answer = send(new RecordedAnswer());
    worker.start(1);
    keep(memory, FakeWorker.response(1, bytes("one"), "200 OK"));
    worker.send(FakeWorker.frame(0x7F, 0, 0, 1, new byte[0]));
    stage.await(() -> !owner.said.isEmpty());

    worker.close();

    says(answer, "lost");
  }

  @Test
  void a_body_for_nobody_gives_its_blocks_back() {
    ByteBuffer memory = arena();
    int at = put(memory, 0, "late", 4);
    RecordedAnswer answer = send(new RecordedAnswer());

    worker.send(FakeWorker.sharedResponse(99, at, 4, "200 OK"));
    worker.send(FakeWorker.response(1, new byte[0], "200 OK"));

    says(answer, "response 200|");
    assertThat(taken(memory)).isEmpty();
  }

  @Test
  void what_is_not_in_the_arena_breaks_the_link() {
    int last = Arena.FIRST + (Arena.BLOCKS - 1) * Arena.BLOCK;
    int[][] places = {
      {0, 10},
      {Arena.FIRST + 1, 10},
      {-Arena.BLOCK, 10},
      {Arena.FIRST, 0},
      {Arena.FIRST, -1},
      {Arena.FIRST, Integer.MIN_VALUE},
      {Arena.FIRST, Arena.SIZE},
      {last, Arena.BLOCK + 1},
      {Arena.SIZE, 1},
      {Integer.MAX_VALUE, 1}
    };
    for (int[] place : places) {
      close();
      owner.said.clear();
      open();
      arena();
      send(new RecordedAnswer());

      worker.send(FakeWorker.sharedResponse(1, place[0], place[1], "200 OK"));

      stage.await(() -> !owner.said.isEmpty());
      assertThat(owner.said)
          .containsExactly(
              "broken: a body of " + place[1] + " bytes at " + place[0] + " of the arena");
    }
  }

  @Test
  void one_of_another_size_or_a_second_one_breaks_the_link() {
    worker.makeArena(path, 4096);
    worker.send(FakeWorker.frame(FrameKind.ARENA, 0, 0, 0, new byte[0]));
    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said).containsExactly("broken: an arena of 4096 bytes");

    close();
    owner.said.clear();
    open();
    arena();
    worker.send(FakeWorker.frame(FrameKind.ARENA, 0, 0, 0, new byte[0]));
    stage.await(() -> !owner.said.isEmpty());
    assertThat(owner.said).containsExactly("broken: a second arena");
  }

  @Test
  void without_its_file_the_worker_is_not_told_to_use_it() {
    RecordedAnswer answer = send(new RecordedAnswer());

    worker.send(FakeWorker.frame(FrameKind.ARENA, 0, 0, 0, new byte[0]));
    worker.send(FakeWorker.response(1, new byte[0], "200 OK"));

    says(answer, "response 200|");
    assertThat(worker.isQuiet()).isTrue();
    assertThat(owner.said).isEmpty();
  }

  @Test
  void what_a_worker_leaves_that_dies_before_it_says_so_is_removed() {
    worker.makeArena(path, Arena.SIZE);

    worker.close();
    stage.await(() -> owner.said.contains("closed"));

    assertThat(Files.exists(path)).isFalse();
  }
}
