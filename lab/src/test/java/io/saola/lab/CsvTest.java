package io.saola.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CsvTest {
  @Test
  void every_run_is_a_line_with_as_many_fields_as_there_are_columns() {
    Situation situation = new Situation(AppInterface.ASGI, Workload.SSE, 2, 1000);

    List<String> lines =
        Csv.write(
                List.of(
                    PeersResults.measurement(1, "saola", situation, 9_990.5, 10, 20),
                    PeersResults.measurement(2, "granian", situation, Double.NaN, 10, 20)))
            .lines()
            .toList();

    assertThat(lines).hasSize(3);
    assertThat(lines.get(1))
        .isEqualTo(
            "asgi,sse,2,1000,1,saola,event,1000,9990.500,10.000,20.000,30.000,40.000,0,20.000,"
                + "8.000,2.000,6.000,4.000,10485760,3,0.500,0.000");
    assertThat(lines.get(2)).startsWith("asgi,sse,2,1000,2,granian,event,1000,,10.000,");
    assertThat(lines.get(0).split(",", -1)).hasSameSizeAs(lines.get(1).split(",", -1));
  }
}
