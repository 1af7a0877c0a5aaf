package io.saola.lab;

import io.saola.lab.load.LoadClient;
import io.saola.lab.load.LoadException;
import io.saola.lab.load.Received;
import io.saola.lab.load.Talk;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;

/// The lab's own clients, in its own process: connected once for all runs.
///
/// They know no errors to be counted. A connection that breaks or an answer that is wrong says that
/// the figures mean nothing, so it ends the measurement of that server.
final class ClientLoad implements Load {
  private final LoadClient clients;

  private ClientLoad(LoadClient clients) {
    this.clients = clients;
  }

  static ClientLoad open(InetSocketAddress server, Talk talk, int clients) throws LabException {
    try {
      return new ClientLoad(LoadClient.open(server, talk, clients));
    } catch (LoadException | IOException e) {
      throw wrong(e);
    }
  }

  @Override
  public void settle() throws LabException {
    try {
      clients.settle();
    } catch (LoadException | IOException e) {
      throw wrong(e);
    }
  }

  @Override
  public Outcome run(Duration duration) throws LabException {
    try {
      Received received = clients.run(duration);
      Outcome.Latency latency =
          new Outcome.Latency(received.p50(), received.p99(), received.p999(), received.most());
      return new Outcome(received.count(), received.perSecond(), latency, Map.of());
    } catch (LoadException | IOException e) {
      throw wrong(e);
    }
  }

  @Override
  public void finish() throws LabException {
    try {
      clients.finish();
    } catch (LoadException | IOException e) {
      throw wrong(e);
    }
  }

  @Override
  public void close() {
    clients.close();
  }

  private static LabException wrong(Exception e) {
    return new LabException(String.valueOf(e.getMessage()));
  }
}
