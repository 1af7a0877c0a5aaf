-- wrk: what its own report leaves out, exactly, in microseconds. Called once, after the load.
function done(_, latency, _)
   io.write(string.format("lab: p50 %d p99 %d p99.9 %d max %d\n", latency:percentile(50),
      latency:percentile(99), latency:percentile(99.9), latency.max))
end
