package io.saola.link;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.unix.PeerCredentials;
import io.saola.settings.Warmup;
import io.saola.settings.WarmupSettings;
import io.saola.wire.FrameKind;
import io.saola.wire.Frames;
import io.saola.wire.MarshalWriter;
import io.saola.wire.WireException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The handshake on one new link (PROTOCOL §2).
///
/// ```
/// Hello ──admitted──▶ Welcome ──Agreed──▶ waiting ──Ready──▶ a WorkerLink takes over, or a MoldLink
///    └───────── anything else, at any time: the connection is closed ─────────┘
/// ```
///
/// Trusts nobody before the token, the kernel's word about the peer, and the keeper's report agree.
final class Greeter extends ChannelInboundHandlerAdapter {
  private final LinkSettings settings;
  private final int uid;
  private final LinkEvents events;
  private final Frames frames = new Frames();
  private @Nullable ByteBuf held;
  private @Nullable Hello hello;
  private @Nullable StatusPage page;
  private Arena arena = new Arena(null);
  private @Nullable Welcome welcomed;
  private boolean agreed;

  Greeter(LinkSettings settings, int uid, LinkEvents events) {
    this.settings = settings;
    this.uid = uid;
    this.events = events;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    ByteBuf in = (ByteBuf) message;
    ByteBuf buffer = held;
    if (buffer == null) {
      buffer = ctx.alloc().buffer(1024);
      held = buffer;
    }
    buffer.writeBytes(in);
    in.release();
    try {
      while (held != null && frames.next(buffer)) {
        frame(ctx, buffer.readSlice(frames.length()));
      }
    } catch (WireException | IOException e) {
      refuse(ctx, String.valueOf(e.getMessage()));
    }
  }

  private void frame(ChannelHandlerContext ctx, ByteBuf payload) throws IOException {
    Hello known = hello;
    switch (frames.kind()) {
      case FrameKind.HELLO -> {
        if (known != null) {
          throw new WireException("a second hello");
        }
        hello(ctx, Hello.read(payload, payload.readableBytes()));
      }
      case FrameKind.AGREED -> agreed(payload);
      case FrameKind.READY -> {
        if (known == null || !agreed) {
          throw new WireException("ready before its handshake");
        }
        ready(ctx, known, payload);
      }
      case FrameKind.STATIC -> {
        if (known == null || !agreed) {
          throw new WireException("static files before its handshake");
        }
        events.staticFiles(known.generation(), StaticFiles.read(payload));
      }
      case FrameKind.UNFIT -> {
        if (known == null || known.role() != Hello.Role.MOLD) {
          throw new WireException("unfit from one that is no mold");
        }
        unfit(known, payload.toString(StandardCharsets.UTF_8));
        ctx.close(); // the mold waits for it
      }
      case FrameKind.BYE -> {}
      default -> throw new WireException("frame kind " + frames.kind() + " in a handshake");
    }
  }

  private void hello(ChannelHandlerContext ctx, Hello said) throws IOException {
    byte[] token = said.token().getBytes(StandardCharsets.US_ASCII);
    byte[] expected = settings.token().getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(token, expected)) {
      throw new WireException("wrong token");
    }
    // SO_PEERCRED names the process that called connect(2); it cannot be made up.
    PeerCredentials peer = ((EpollDomainSocketChannel) ctx.channel()).peerCredentials();
    if (peer.pid() != said.pid()) {
      throw new WireException("pid " + peer.pid() + " says that it is " + said.pid());
    }
    if (peer.uid() != uid) {
      throw new WireException("pid " + peer.pid() + " belongs to another user");
    }
    hello = said;
    events.connected(said, admitted -> ctx.executor().execute(() -> welcome(ctx, said, admitted)));
  }

  private void welcome(ChannelHandlerContext ctx, Hello said, boolean admitted) {
    if (!ctx.channel().isActive()) {
      return;
    }
    if (!admitted) {
      refuse(ctx, "pid " + said.pid() + " is not a process that the keeper has reported");
      return;
    }
    Welcome welcome = settings.welcome().apply(said.generation());
    welcomed = welcome;
    try {
      String pagePath = "";
      if (said.role() == Hello.Role.WORKER) {
        StatusPage made =
            StatusPage.create(
                settings.pages().resolve("page-" + said.slot() + "-" + said.pid()),
                welcome.threads());
        page = made;
        pagePath = made.path().toString();
        arena = arena(said);
      }
      byte[] sample = Sample.blob();
      byte[] blob = settingsBlob(welcome, pagePath, arena.pathText());
      ByteBuf out = ctx.alloc().buffer(1024);
      Frames.header(out, 4 + sample.length + blob.length, FrameKind.WELCOME, 0, 0);
      out.writeIntLE(sample.length);
      out.writeBytes(sample);
      out.writeBytes(blob);
      ctx.writeAndFlush(out, ctx.voidPromise());
    } catch (IOException e) {
      refuse(ctx, "no status page: " + e);
    }
  }

  private Arena arena(Hello worker) {
    Path folder = settings.arenas();
    String name = "arena-" + worker.slot() + "-" + worker.pid();
    return new Arena(folder == null ? null : folder.resolve(name));
  }

  private static byte[] settingsBlob(Welcome settings, String pagePath, String arenaPath) {
    MarshalWriter out = new MarshalWriter();
    out.startDict();
    text(out, "target", settings.target());
    text(out, "chdir", settings.chdir());
    text(out, "pythonpath", settings.pythonPath());
    out.text("env");
    out.texts(settings.environment());
    text(out, "load", settings.load());
    asgi(out, settings.asgi());
    warmup(out, settings.warmup());
    out.text("refork");
    out.bool(settings.refork());
    number(out, "threads", settings.threads());
    out.text("multiprocess");
    out.bool(settings.multiprocess());
    number(out, "window", settings.window());
    text(out, "page", pagePath);
    text(out, "arena", arenaPath);
    text(out, "watch", settings.watch());
    out.text("static");
    out.bool(settings.staticFiles());
    out.text("environ");
    out.texts(settings.common().entries());
    out.text("scope");
    settings.common().writeScope(out);
    out.endDict();
    return out.toBytes();
  }

  private static void warmup(MarshalWriter out, WarmupSettings warmup) {
    out.text("warmup");
    out.startList(warmup.requests().size());
    for (Warmup request : warmup.requests()) {
      out.startTuple(4);
      out.text(request.method());
      out.text(request.url());
      out.startList(request.headers().size());
      request
          .headers()
          .forEach((name, value) -> {
            out.startTuple(2);
            out.text(name);
            out.text(value);
          });
      out.startList(request.statuses().size());
      request.statuses().forEach(out::integer);
    }
    text(out, "warmup_policy", warmup.policy().text());
    number(out, "warmup_timeout", Math.toIntExact(warmup.timeout().toMillis()));
  }

  private static void asgi(MarshalWriter out, Welcome.Asgi asgi) {
    text(out, "interface", asgi.interfaceName());
    out.text("factory");
    out.bool(asgi.factory());
    text(out, "loop", asgi.loop());
    text(out, "lifespan", asgi.lifespan());
    number(out, "asgi_threads", asgi.threads());
    number(out, "timeout_grace", (int) Math.min(asgi.grace(), Integer.MAX_VALUE));
  }

  private static void number(MarshalWriter out, String key, int value) {
    out.text(key);
    out.integer(value);
  }

  private static void text(MarshalWriter out, String key, String value) {
    out.text(key);
    out.text(value);
  }

  private void agreed(ByteBuf payload) {
    byte[] read = new byte[payload.readableBytes()];
    payload.readBytes(read);
    if (welcomed == null || !Arrays.equals(read, Sample.expected())) {
      throw new WireException(
          "this Python reads marshal differently: " + new String(read, StandardCharsets.US_ASCII));
    }
    agreed = true;
  }

  private void ready(ChannelHandlerContext ctx, Hello known, ByteBuf payload) throws IOException {
    String[] lines = payload.toString(StandardCharsets.UTF_8).split("\n", 2);
    if (known.role() == Hello.Role.MOLD) {
      events.moldReady(
          new MoldLink(known, ctx.channel()), lines[0], lines.length > 1 ? lines[1] : "");
      return;
    }
    boolean asgi = lines[0].equals("asgi");
    if (!asgi && !lines[0].equals("wsgi")) {
      throw new WireException("a worker is ready with the interface '" + lines[0] + "'");
    }
    StatusPage mapped = page;
    Welcome said = welcomed;
    if (mapped == null || said == null) {
      throw new WireException("a worker without a page is ready");
    }
    mapped.unlink();
    page = null;
    release();
    WorkerLink link =
        new WorkerLink(
            known,
            asgi,
            asgi ? 1 : said.threads(),
            ctx.channel(),
            mapped,
            arena,
            said.common(),
            said.window());
    ctx.pipeline().replace(this, "worker", link);
    events.workerReady(link);
  }

  private void unfit(Hello known, String text) {
    int end = text.indexOf('\n');
    events.moldUnfit(
        known.generation(),
        end < 0 ? text : text.substring(0, end),
        end < 0 ? "" : text.substring(end + 1));
  }

  private void refuse(ChannelHandlerContext ctx, String why) {
    release();
    ctx.close();
    events.refused(hello == null ? why : hello + ": " + why);
  }

  private void release() {
    if (held != null) {
      held.release();
      held = null;
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws IOException {
    release();
    if (page != null) {
      page.unlink();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    refuse(ctx, cause.toString());
  }
}
