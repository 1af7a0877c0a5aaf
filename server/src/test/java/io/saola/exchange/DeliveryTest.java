package io.saola.exchange;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.saola.rig.LeakCounter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveryTest {
  private static final int MAX_SPOOL = 1 << 20;
  private static final long GRACE = 0;
  private static final int PIECE = Exchanges.WINDOW / 2;

  private final int leaksBefore = LeakCounter.open();
  private final ByteBufAllocator allocator = UnpooledByteBufAllocator.DEFAULT;
  private final RecordedClient client = new RecordedClient();
  private final List<Runnable> looks = new ArrayList<>();
  private final List<Integer> credits = new ArrayList<>();
  private final StringBuilder expected = new StringBuilder();
  @TempDir private Path folder;
  private MemoryBudget budget;
  private Spool files;
  private Delivery delivery;
  private int number;

  @BeforeEach
  void withPlenty() {
    begin(1 << 24);
  }

  private void begin(long memory) {
    begin(memory, folder);
  }

  private void begin(long memory, Path spool) {
    begin(memory, new Spool(spool, Long.MAX_VALUE, GRACE, looks::add));
  }

  private void begin(long memory, Spool spool) {
    budget = new MemoryBudget(memory);
    files = spool;
    delivery = new Delivery(client, budget, spool, MAX_SPOOL, allocator, credits::add);
  }

  @AfterEach
  void nothing_is_kept() throws IOException {
    delivery.finish();
    client.take();
    assertThat(budget.taken()).isZero();
    assertThat(files.taken()).isZero();
    assertThat(LeakCounter.open()).as(LeakCounter.describe()).isEqualTo(leaksBefore);
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  /// A piece of this many bytes, unlike any other.
  private void data(int size) {
    String text = (++number + "|").repeat(size).substring(0, size);
    expected.append(text);
    ByteBuf data = allocator.buffer(size).writeBytes(text.getBytes(ISO_8859_1));
    delivery.data(data);
    data.release();
  }

  private void resume() {
    client.writable = true;
    delivery.resume();
    client.take();
  }

  private void everythingHasArrived() {
    assertThat(delivery.isEmpty()).isTrue();
    assertThat(client.text()).isEqualTo(expected.toString());
  }

  private int credit() {
    return credits.stream().mapToInt(Integer::intValue).sum();
  }

  @Test
  void what_a_client_takes_goes_straight_through() {
    data(10);
    data(8191);
    data(8192);
    data(60_000);
    client.take();

    everythingHasArrived();
    assertThat(client.regions).isZero();
    assertThat(budget.taken()).isZero();
    assertThat(files.taken()).isZero();
  }

  @Test
  void what_is_on_its_way_counts_against_the_budget() {
    data(1000);
    data(20_000);

    assertThat(budget.taken()).isEqualTo(21_000);
    client.take();
    assertThat(budget.taken()).isZero();
    assertThat(files.taken()).isZero();
  }

  @Test
  void a_slow_client_s_pieces_wait_in_memory_and_leave_in_order() {
    data(10);
    client.writable = false;
    data(20_000);
    data(5);
    assertThat(delivery.isEmpty()).isFalse();
    client.writable = true;
    data(7);

    resume();

    everythingHasArrived();
    assertThat(client.regions).isZero();
  }

  /// A folder that is not there fails as a full disk does.
  @Test
  void with_a_full_disk_the_worker_waits_and_nothing_is_lost() {
    begin(10_000, folder.resolve("missing"));
    client.writable = false;
    for (int i = 0; i < 4; i++) {
      data(60_000);
    }
    assertThat(credit()).isZero();

    resume();

    everythingHasArrived();
    assertThat(credit()).isEqualTo(240_000);
  }

  @Test
  void what_the_budget_has_no_room_for_goes_through_a_file_and_leaves_in_order() {
    begin(100_000);
    client.writable = false;
    for (int i = 0; i < 6; i++) {
      data(40_000);
    }
    assertThat(budget.taken()).isLessThanOrEqualTo(100_000);

    resume();

    everythingHasArrived();
    assertThat(client.regions).isPositive();
  }

  @Test
  void memory_and_file_may_take_turns() {
    begin(50_000);
    for (int round = 0; round < 5; round++) {
      client.writable = false;
      data(30_000);
      data(30_000);
      data(10_000);
      client.writable = true;
      data(100);
      resume();
      everythingHasArrived();
    }
  }

  @Test
  void a_full_budget_does_not_hold_up_a_client_that_reads() {
    begin(1000);
    budget.take(1000);

    data(5000);
    client.take();
    data(6000);
    client.take();

    everythingHasArrived();
    budget.give(1000);
  }

  @Test
  void the_worker_gets_credit_for_what_was_taken_over() {
    data(PIECE / 2);
    assertThat(credit()).isZero();
    data(PIECE / 2);
    assertThat(credit()).isEqualTo(PIECE);
    client.writable = false;
    data(PIECE);
    assertThat(credit()).isEqualTo(2 * PIECE);

    resume();
    everythingHasArrived();
  }

  @Test
  void credit_is_withheld_while_the_spool_is_full_and_given_when_it_has_run_empty() {
    client.writable = false;
    for (int i = 0; i < MAX_SPOOL / PIECE + 3; i++) {
      data(PIECE);
    }
    assertThat(credit()).isEqualTo(MAX_SPOOL - PIECE);

    client.writable = true;
    delivery.resume();
    assertThat(credit()).isEqualTo(MAX_SPOOL - PIECE);
    client.take();

    assertThat(credit()).isEqualTo(expected.length());
    everythingHasArrived();
  }

  @Test
  void the_file_of_a_client_that_never_catches_up_does_not_grow_beyond_the_limit()
      throws IOException {
    begin(PIECE);
    client.writable = false;
    int window = Exchanges.WINDOW;
    int sent = 0;
    for (int round = 0; round < 100 && sent + PIECE <= credit() + window; round++) {
      data(PIECE);
      data(PIECE);
      sent += 2 * PIECE;
      // It takes as much as comes, but is always some pieces behind.
      if (round > 2) {
        client.takeOne(delivery);
      }
    }

    assertThat(sent).isLessThanOrEqualTo(MAX_SPOOL + 2 * window + 4 * PIECE);
    resume();
    everythingHasArrived();
    assertThat(credit()).isGreaterThan(sent - PIECE);
  }

  @Test
  void a_part_of_a_file_leaves_in_its_place() throws IOException {
    Path file = Files.writeString(folder.resolve("given"), "0123456789");
    data(3);
    delivery.file(file.toString(), 2, 5);
    expected.append("23456");
    data(4);
    client.take();
    resume();

    everythingHasArrived();
    Files.delete(file);
  }

  @Test
  void a_long_file_leaves_in_many_regions() throws IOException {
    Path file = Files.writeString(folder.resolve("given"), "0123456789".repeat(100_000));
    client.writable = false;
    delivery.file(file.toString(), 0, 1_000_000);
    expected.append("0123456789".repeat(100_000));
    Files.delete(file);
    resume();

    everythingHasArrived();
    assertThat(client.regions).isEqualTo(4);
  }

  /// What may be stored has been, in the name of somebody else, but for a little room.
  private void begin(long memory, int room) throws IOException {
    begin(memory, new Spool(folder, 1 << 30, GRACE, looks::add));
    files.take((1 << 30) - room);
  }

  @Test
  void a_worker_that_was_held_back_goes_on_when_there_is_room_again() throws IOException {
    begin(PIECE, PIECE);
    client.writable = false;
    for (int i = 0; i < 6; i++) {
      data(PIECE);
    }
    assertThat(credit()).isEqualTo(2 * PIECE);
    assertThat(looks).hasSize(1);
    files.give((1 << 30) - PIECE);

    looks.getFirst().run();

    assertThat(credit()).isEqualTo(6 * PIECE);
    assertThat(delivery.held()).isEqualTo(6 * PIECE);
    assertThat(budget.taken()).isZero();
    resume();
    everythingHasArrived();
  }

  @Test
  void a_worker_stays_held_back_when_the_room_is_not_enough() throws IOException {
    begin(PIECE, PIECE);
    client.writable = false;
    for (int i = 0; i < 6; i++) {
      data(PIECE);
    }
    files.give(1 << 29);
    files.take((1 << 29) - PIECE);
    delivery.roomAgain();

    assertThat(credit()).isEqualTo(2 * PIECE);
    assertThat(delivery.held()).isEqualTo(2 * PIECE);
    resume();
    everythingHasArrived();
    files.give((1 << 30) - 2 * PIECE);
  }

  @Test
  void what_nobody_wants_is_freed_before_the_worker_has_ended() {
    begin(PIECE);
    client.writable = false;
    for (int i = 0; i < 3; i++) {
      data(PIECE);
    }
    assertThat(files.taken()).isPositive();

    delivery.unwanted();

    assertThat(files.taken()).isZero();
    assertThat(budget.taken()).isZero();
  }

  @Test
  void what_nobody_wants_is_dropped_and_the_worker_gets_its_credit() {
    client.writable = false;
    for (int i = 0; i < MAX_SPOOL / PIECE + 2; i++) {
      data(PIECE);
    }

    delivery.unwanted();
    assertThat(credit()).isEqualTo(MAX_SPOOL + 2 * PIECE);
    data(PIECE);
    assertThat(credit()).isEqualTo(MAX_SPOOL + 3 * PIECE);
    assertThat(client.text()).isEmpty();
  }

  @Test
  void a_delivery_that_ends_while_pieces_are_on_their_way_frees_them_when_they_have_left() {
    data(10);
    client.writable = false;
    data(20);
    delivery.finish();
    assertThat(budget.taken()).isEqualTo(30);

    client.take();

    assertThat(budget.taken()).isZero();
    assertThat(files.taken()).isZero();
    assertThat(client.text()).isEqualTo(expected.substring(0, 10));
  }
}
