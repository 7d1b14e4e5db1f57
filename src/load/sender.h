// One thread's part of a run: sends what is due, reads what comes, keeps a record of each request
// and a watch on its own lateness. Sends through net::FlowClient, reads through
// endpoint::StreamScan. Senders of one run share nothing but their plan, the stop signal and the
// counter of requests.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.h"
#include "load/lag_histogram.h"
#include "load/record_file.h"
#include "load/send_plan.h"
#include "load/stop_signal.h"

namespace assay::load {

/// Takes what is measured, from any thread.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  virtual void take(std::vector<NumberedRecord> block) = 0;
  virtual void take(std::vector<EventRecord> block) = 0;
  /// The first content of a request came, which may be long before its record does.
  virtual void began(std::uint32_t /*number*/, base::Nanoseconds /*first_content*/) {}
};

/// What happened since the last time it was asked for, for people who watch.
struct LiveNews {
  /// Of one request that ended; −1 where there is no such time.
  struct Ended {
    base::Nanoseconds at{0};
    float ttft_ms = -1;
    float itl_ms = -1;
    std::int32_t output_tokens = 0;
    Failure failure = Failure::None;
  };
  std::vector<Ended> ended;
  std::uint64_t sent = 0;
  std::int64_t in_flight = 0;  ///< Now.
};

/// What a sender knows of itself at the end.
struct SenderWatch {
  LagHistogram send;
  LagHistogram loop;
  LagHistogram read;
  double cpu_share = 0;
  double run_queue_share = 0;
  std::uint64_t in_flight_sum = 0;  ///< Over samples in stages that count.
  std::uint64_t in_flight_samples = 0;
};

class Sender {
 public:
  /// `plan`, `records`, `stop` and `next_number` outlive it. `part` of plan.client.threads, from 0.
  Sender(const SendPlan& plan, int part, RecordSink& records, StopSignal& stop,
         std::atomic<std::uint32_t>& next_number);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  /// Looks the host up.
  base::Status open();

  /// Sends its part of the plan from `start` on, and returns when the last reply has come or its
  /// deadline passed, or soon after the stop signal: requests under way then leave no record.
  void run(base::MonotonicTime start);

  LiveNews take_news();  ///< From any thread.
  /// After run().
  const SenderWatch& watch() const;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace assay::load
