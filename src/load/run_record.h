// What a run against one endpoint leaves behind: raw records, the stages they belong to, and what
// the client and the server did meanwhile. Written by the runner, read by everything that judges.
// Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "load/record.h"

namespace assay::load {

/// A stage as it was run. Times since the start of the run.
struct StageRun {
  std::string name;  ///< As given, else "1", "2" …
  base::Nanoseconds from{0};
  base::Nanoseconds to{0};
  bool is_warm_up = false;
  double rate_at_start = -1;     ///< Requests per second; −1 in a closed loop.
  double rate_at_end = -1;       ///< The same.
  std::int64_t concurrency = 0;  ///< Users of a closed loop; 0 in an open one.
};

/// One event with output of one reply.
struct EventRecord {
  std::int64_t arrived_ns = 0;     ///< Since the start of the run; by the kernel's stamp if any.
  std::int64_t read_ns = 0;        ///< When this process had it.
  std::uint32_t request = 0;       ///< Number of the request, from 0.
  std::uint32_t output_bytes = 0;  ///< Of text, reasoning and tool calls, unescaped.
};

/// Of a series of delays, in milliseconds; 0 without samples.
struct Lag {
  std::size_t samples = 0;
  double ms_p50 = 0;
  double ms_p99 = 0;
  double ms_max = 0;
};

/// What the client itself took and how late it was: the busiest of its threads.
struct ClientUse {
  int threads = 1;
  double cpu_share = 0;        ///< CPU time ÷ wall time, 1 being a whole core.
  double run_queue_share = 0;  ///< Ready to run without a core ÷ wall time.
  Lag send;                    ///< Sent − due; nothing in a closed loop.
  Lag loop;                    ///< How late a timer of every 10 ms came.
  Lag read;                    ///< From the kernel's stamp until this process had the bytes.
  bool has_kernel_stamps = false;
};

/// A short run against the scripted twin on loopback, which knows when it sent what.
struct Calibration {
  double seconds = 0;
  double rate_asked = 0;  ///< Requests per second; 0 in a closed loop.
  double rate_achieved = 0;
  std::int64_t concurrency = 0;  ///< 0 in an open loop.
  double events_per_s = 0;
  std::size_t failed = 0;
  ClientUse client;
  /// Our stamp of an event − the twin's own time of sending it: what of a latency is not the
  /// server's. In milliseconds, as everything here.
  Lag stamp_error;
};

/// Two accounts of one quantity that should agree.
struct CrossCheck {
  std::string name;         ///< "in_flight", "output_tokens", "prompt_tokens", "requests".
  std::string ours_from;    ///< What `ours` is, in a few words.
  std::string theirs_from;  ///< The same of `theirs`.
  double ours = 0;
  double theirs = 0;
  bool agrees = true;
  std::string note;  ///< What a disagreement may mean; empty when they agree.
};

/// One quantity of the server over the run, as it was sampled.
struct ServerSeries {
  struct Point {
    double seconds = 0;  ///< Since the start of the run.
    double value = 0;
  };
  std::string name;    ///< "resident_memory", "cpu", "requests_running", …
  std::string unit;    ///< "bytes", "cores", "requests", "tokens/s", "share", "W"; may be empty.
  std::string source;  ///< "/metrics", "/proc", "NVML" …
  std::vector<Point> points;
};

struct TargetRun {
  std::vector<StageRun> stages;  ///< In order, without gaps.
  /// By number: the order of due times in an open loop, of sending in a closed one. Requests that
  /// the run never came to, because it was stopped, are not here.
  std::vector<RequestRecord> records;
  ClientUse client;
  std::optional<Calibration> calibration;
  /// Time average of the requests in flight as sampled every 10 ms during the stages that count;
  /// −1 without samples. An account of its own, for Little's law.
  double in_flight_sampled = -1;
  std::vector<ServerSeries> server;
  std::vector<CrossCheck> server_checks;  ///< What the server's /metrics counted against ours.
  std::string stopped_early;     ///< What the server did; empty when the run came to its end.
  bool was_interrupted = false;  ///< By Ctrl-C: the stages end there.
};

}  // namespace assay::load
