// One step of a breakpoint search while it runs: takes the requests as they end, and tells the test
// of them in the order they were due, as soon as the fate of each is known.
#pragma once

#include <cstdint>
#include <mutex>
#include <span>
#include <vector>

#include "load/rate_step.h"
#include "load/sender.h"

namespace assay::load {

class BreakpointStepWatch final : public RecordSink {
 public:
  /// Requests are due at `arrivals`, in order, one turn each. `kept` gets every record as well,
  /// with `offset` added to its times and `first_number` to its number. All of these outlive it.
  BreakpointStepWatch(StepTest test, const std::vector<Arrival>& arrivals,
                      std::span<const Threshold> objectives, RecordSink& kept,
                      base::Nanoseconds offset, std::uint32_t first_number);

  void take(std::vector<NumberedRecord> block) override;
  void take(std::vector<EventRecord> block) override;
  void began(std::uint32_t number, base::Nanoseconds first_content) override;

  /// Takes the looks whose time has come and of whose requests each fate is known: ended, or under
  /// way for longer than an objective allows. True when the step is over. `elapsed` since its
  /// start.
  bool look(base::Nanoseconds elapsed);

  /// After the last look; `elapsed` as the step's length.
  BreakpointStep finish(base::Nanoseconds elapsed);

 private:
  /// None while the request may still meet its objectives.
  std::optional<StepRequest> fate_of(std::size_t arrival, base::Nanoseconds elapsed) const;

  double strain_so_far(const Threshold& objective, std::size_t arrival,
                       base::Nanoseconds elapsed) const;

  std::mutex mutex_;
  StepTest test_;
  const std::vector<Arrival>& arrivals_;
  std::span<const Threshold> objectives_;
  RecordSink& kept_;
  base::Nanoseconds offset_;
  std::uint32_t first_number_;
  std::vector<RequestRecord> records_;  ///< By number.
  std::vector<bool> has_ended_;
  std::vector<base::Nanoseconds> first_content_;
  std::size_t taken_ = 0;
};

}  // namespace assay::load
