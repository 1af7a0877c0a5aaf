package io.saola.control;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is asked over one connection, by an operator or by a server that takes over.
final class Conversation {
  private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
  private static final String DONE = "done";

  private final Operations operations;
  private @Nullable Successor successor;

  Conversation(Operations operations) {
    this.operations = operations;
  }

  String answer(String line) {
    try {
      return Answer.value(value(Request.parse(line)));
    } catch (RefusedException e) {
      return Answer.error(String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.error("the server is stopping");
    } catch (RuntimeException e) {
      LOG.error("control request failed", e);
      return Answer.error("an error inside the server, which its log tells");
    }
  }

  /// The connection has ended.
  void end() {
    if (successor != null) {
      successor.gone();
    }
  }

  private Object value(Request request) throws RefusedException, InterruptedException {
    return switch (request.operation()) {
      case "status" -> operations.status().toJson();
      case "ps" -> operations.workers().stream().map(WorkerState::toJson).toList();
      case "files" -> operations.openFiles().stream().map(OpenFiles::toJson).toList();
      case "stack" -> operations.stack(request.slot());
      case "reload" -> operations.reload();
      case "recycle" -> operations.recycle(request.slot());
      case "scale" -> operations.scale(request.workers());
      case "stop" -> operations.stop();
      case "upgrade" -> operations.upgrade();
      case "take-over" -> takeOver(request.pid());
      case "ready" -> {
        successor().ready();
        yield DONE;
      }
      case "failed" -> {
        successor().failed(request.text("why"));
        yield DONE;
      }
      default ->
          throw new RefusedException(
              "this server does not know "
                  + request.operation()
                  + ": it is another version than the saola that asks");
    };
  }

  private Map<String, Object> takeOver(long pid) throws RefusedException {
    Successor next = operations.takeOver(pid);
    successor = next;
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("pid", ProcessHandle.current().pid());
    answer.put("socket", next.socket().toString());
    answer.put("addresses", next.addresses());
    return answer;
  }

  private Successor successor() throws RefusedException {
    if (successor == null) {
      throw new RefusedException("take-over comes first");
    }
    return successor;
  }
}
