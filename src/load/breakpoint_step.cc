#include "load/breakpoint_step.h"

#include <algorithm>
#include <utility>

#include "load/judged_request.h"

namespace assay::load {
namespace {

void shift(base::Nanoseconds& time, base::Nanoseconds offset) {
  if (time != kNever) time += offset;
}

}  // namespace

BreakpointStepWatch::BreakpointStepWatch(StepTest test, const std::vector<Arrival>& arrivals,
                                         std::span<const Threshold> objectives, RecordSink& kept,
                                         base::Nanoseconds offset, std::uint32_t first_number)
    : test_(std::move(test)),
      arrivals_(arrivals),
      objectives_(objectives),
      kept_(kept),
      offset_(offset),
      first_number_(first_number),
      records_(arrivals.size()),
      has_ended_(arrivals.size(), false),
      first_content_(arrivals.size(), kNever) {}

void BreakpointStepWatch::take(std::vector<NumberedRecord> block) {
  {
    const std::lock_guard lock(mutex_);
    for (const NumberedRecord& one : block) {
      records_[one.number] = one.record;
      has_ended_[one.number] = true;
    }
  }
  for (NumberedRecord& one : block) {
    one.number += first_number_;
    RequestRecord& record = one.record;
    for (base::Nanoseconds* time :
         {&record.due, &record.sent, &record.first_byte, &record.first_content,
          &record.first_answer, &record.last_content, &record.ended}) {
      shift(*time, offset_);
    }
  }
  kept_.take(std::move(block));
}

void BreakpointStepWatch::take(std::vector<EventRecord> block) {
  for (EventRecord& event : block) {
    event.request += first_number_;
    event.arrived_ns += offset_.count();
    event.read_ns += offset_.count();
  }
  kept_.take(std::move(block));
}

std::optional<StepRequest> BreakpointStepWatch::fate_of(std::size_t arrival,
                                                        base::Nanoseconds elapsed) const {
  const double due_s = base::to_seconds(arrivals_[arrival].due);
  if (has_ended_[arrival]) {
    const RequestRecord& record = records_[arrival];
    return StepRequest{due_s, meets_all(record, objectives_), strain_of(record, objectives_)};
  }
  double strain = 0;
  for (const Threshold& objective : objectives_) {
    strain = std::max(strain, strain_so_far(objective, arrival, elapsed));
  }
  if (strain <= 1) return std::nullopt;
  return StepRequest{due_s, false, strain};
}

/// Of a request under way: above 1 when whatever comes cannot meet the objective any more.
double BreakpointStepWatch::strain_so_far(const Threshold& objective, std::size_t arrival,
                                          base::Nanoseconds elapsed) const {
  const std::optional<Measure> which = find_measure(objective.metric);
  if (!which || !objective.is_upper_bound) return 0;
  const base::Nanoseconds due = arrivals_[arrival].due;
  base::Nanoseconds reached = elapsed;
  switch (*which) {
    case Measure::Ttft:
    case Measure::TtftScheduled:
      if (first_content_[arrival] != kNever) reached = first_content_[arrival];
      break;
    case Measure::Ttfo:
      // What came first may be reasoning: only what has no content at all is known to be late.
      if (first_content_[arrival] != kNever) return 0;
      break;
    case Measure::E2e:
    case Measure::E2eScheduled:
      break;
    case Measure::Itl:
    case Measure::Tpot:
      return 0;
  }
  return base::to_ms(reached - due) / objective.bound;
}

void BreakpointStepWatch::began(std::uint32_t number, base::Nanoseconds first_content) {
  const std::lock_guard lock(mutex_);
  first_content_[number] = first_content;
}

bool BreakpointStepWatch::look(base::Nanoseconds elapsed) {
  const std::lock_guard lock(mutex_);
  while (const auto next = test_.next_look_s()) {
    if (base::to_seconds(elapsed) < *next) return false;
    std::vector<StepRequest> requests;
    for (std::size_t i = taken_; i < arrivals_.size() && base::to_seconds(arrivals_[i].due) < *next;
         ++i) {
      const auto fate = fate_of(i, elapsed);
      if (!fate) return false;
      requests.push_back(*fate);
    }
    for (const StepRequest& request : requests) test_.take(request);
    taken_ += requests.size();
    test_.finish(*next);
  }
  return true;
}

BreakpointStep BreakpointStepWatch::finish(base::Nanoseconds elapsed) {
  const std::lock_guard lock(mutex_);
  return test_.finish(base::to_seconds(elapsed));
}

}  // namespace assay::load
