#include "study/evidence.h"

#include <algorithm>

#include "base/check.h"
#include "store/trial_value.h"

namespace assay::study {

Evidence::Evidence(std::size_t cells, std::size_t canaries, std::int64_t repeats)
    : canaries_(canaries), repeats_(repeats), scores_(cells * canaries) {}

void Evidence::add(std::size_t cell, std::size_t position, const store::TrialRow& trial) {
  ASSAY_CHECK(position < canaries_ && cell * canaries_ + position < scores_.size(),
              "evidence is about a planned trial");
  Score& score = scores_[cell * canaries_ + position];
  ++score.ended;
  if (!store::counts(trial)) return;
  ++score.counted;
  score.sum += store::value_of(trial);
}

stats::CellStream Evidence::stream(std::size_t cell, std::size_t baseline) const {
  stats::CellStream stream;
  bool leading = true;
  for (std::size_t position = 0; position < canaries_; ++position) {
    const Score& own = at(cell, position);
    const Score& other = at(baseline, position);
    leading = leading && std::min(own.ended, other.ended) >= repeats_;
    if (leading) stream.positions_done = position + 1;
    if (own.counted == 0 || other.counted == 0) continue;
    stream.positions.push_back(position);
    stream.differences.push_back(own.sum / static_cast<double>(own.counted) -
                                 other.sum / static_cast<double>(other.counted));
  }
  return stream;
}

}  // namespace assay::study
