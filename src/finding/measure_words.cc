#include "finding/measure_words.h"

namespace assay::finding {
namespace {

constexpr MeasureWords kTasks{.share = "accuracy",
                              .heading = "Accuracy",
                              .short_heading = "accuracy",
                              .right = "right",
                              .best = "most accurate",
                              .canary = "canary",
                              .canaries = "canaries",
                              .trial = "trial",
                              .timed = "trial",
                              .timed_heading = "Trial",
                              .tokens_per_s = "tokens per second while decoding"};

constexpr MeasureWords kLoad{.share = "share within the objectives",
                             .heading = "Within objectives",
                             .short_heading = "met",
                             .right = "of the requests within the objectives",
                             .best = "one with most requests within the objectives",
                             .canary = "burst",
                             .canaries = "bursts",
                             .trial = "burst",
                             .timed = "request",
                             .timed_heading = "Request",
                             .tokens_per_s = "tokens per second, all requests together"};

}  // namespace

const MeasureWords& words_of(const CellFinding& cell) { return cell.load ? kLoad : kTasks; }

const MeasureWords& words_of(const StudyFinding& finding) {
  return finding.load.empty() ? kTasks : kLoad;
}

}  // namespace assay::finding
