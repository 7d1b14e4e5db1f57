#include "gguf/correction.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay::gguf {
namespace {

constexpr std::size_t kReadingsLeast = 2;
constexpr std::size_t kArchitectureReadingsLeast = 3;
constexpr double kRatioLeast = 0.25;
constexpr double kRatioMost = 4;
/// The log gives two decimals of a MiB: below this a ratio of two sizes says little.
constexpr std::uint64_t kRatioBytesLeast = std::uint64_t{1} << 18U;
/// Half of the last decimal for each of the few buffers a component is the sum of.
constexpr std::uint64_t kRoundingBytes = std::uint64_t{1} << 16U;

using Readings = std::vector<const MemoryReading*>;

/// `without` for no values.
double median(std::vector<double> values, double without = 0) {
  if (values.empty()) return without;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double distance(std::uint64_t left, std::uint64_t right) {
  return static_cast<double>(left) - static_cast<double>(right);
}

/// The last reading of each model with each settings, if it is a whole one.
Readings distinct(std::span<const MemoryReading> readings) {
  Readings kept;
  for (const MemoryReading& reading : readings) {
    if (reading.told.weights == 0 || reading.resident == 0) continue;
    const auto same = std::find_if(kept.begin(), kept.end(), [&](const MemoryReading* other) {
      return other->model == reading.model && other->settings == reading.settings;
    });
    if (same != kept.end()) {
      *same = &reading;
    } else {
      kept.push_back(&reading);
    }
  }
  return kept;
}

Readings of_architecture(const Readings& readings, std::string_view architecture) {
  Readings same;
  for (const MemoryReading* reading : readings) {
    if (reading->architecture == architecture) same.push_back(reading);
  }
  return same;
}

double ratio_of(const Readings& readings, std::uint64_t MemoryNeed::*part) {
  std::vector<double> ratios;
  for (const MemoryReading* reading : readings) {
    const std::uint64_t predicted = reading->predicted.*part;
    const std::uint64_t told = reading->told.*part;
    if (predicted < kRatioBytesLeast || told < kRatioBytesLeast) continue;
    ratios.push_back(static_cast<double>(told) / static_cast<double>(predicted));
  }
  return std::clamp(median(std::move(ratios), 1), kRatioLeast, kRatioMost);
}

/// The estimate with all that the server tells put in place of what was predicted of it.
MemoryNeed as_told(const MemoryReading& reading) {
  MemoryNeed need = reading.predicted;
  need.repacked = reading.told.repacked;
  need.cache = reading.told.cache;
  need.compute = reading.told.compute;
  need.output = reading.told.output;
  return need;
}

/// What to change, without its record.
Correction learn_from(const Readings& all, std::string_view architecture) {
  const Readings same = of_architecture(all, architecture);
  Correction correction;
  const bool enough = same.size() >= kArchitectureReadingsLeast;
  const Readings& readings = enough ? same : all;
  correction.of_architecture = !readings.empty() && same.size() == readings.size();
  correction.readings = readings.size();
  correction.compute_ratio = ratio_of(readings, &MemoryNeed::compute);
  correction.output_ratio = ratio_of(readings, &MemoryNeed::output);
  std::vector<double> beyond;
  for (const MemoryReading* reading : readings) {
    beyond.push_back(distance(reading->resident, as_told(*reading).total()));
  }
  correction.overhead_bytes = median(std::move(beyond));
  return correction;
}

/// The others from which a reading may be predicted without having been seen.
Readings unseen_by(const Readings& all, const MemoryReading& reading) {
  const bool one_model = std::all_of(all.begin(), all.end(), [&](const MemoryReading* other) {
    return other->model == reading.model;
  });
  Readings others;
  for (const MemoryReading* other : all) {
    if (one_model ? other != &reading : other->model != reading.model) others.push_back(other);
  }
  return others;
}

class Errors {
 public:
  void add(const MemoryNeed& need, std::uint64_t resident) {
    const double bytes = std::abs(distance(need.total(), resident));
    bytes_.push_back(bytes);
    shares_.push_back(bytes / static_cast<double>(resident));
  }

  EstimateRecord record() const {
    if (bytes_.empty()) return {};
    return {bytes_.size(), median(shares_), *std::max_element(shares_.begin(), shares_.end()),
            static_cast<std::uint64_t>(median(bytes_)),
            static_cast<std::uint64_t>(*std::max_element(bytes_.begin(), bytes_.end()))};
  }

 private:
  std::vector<double> bytes_;
  std::vector<double> shares_;
};

bool is_exact(const MemoryReading& reading) {
  const MemoryNeed& said = reading.predicted;
  const MemoryNeed& told = reading.told;
  for (const double off :
       {distance(said.weights - std::min(said.released, said.weights), told.weights),
        distance(said.repacked, told.repacked), distance(said.cache.full, told.cache.full),
        distance(said.cache.windowed, told.cache.windowed),
        distance(said.cache.latent, told.cache.latent),
        distance(said.cache.recurrent, told.cache.recurrent)}) {
    if (std::abs(off) > static_cast<double>(kRoundingBytes)) return false;
  }
  return true;
}

std::uint64_t to_bytes(double bytes) {
  constexpr double kMost = 18446744073709549568.0;  // The largest double below 2^64.
  return static_cast<std::uint64_t>(std::clamp(bytes, 0.0, kMost));
}

}  // namespace

Correction learn_correction(std::span<const MemoryReading> readings,
                            std::string_view architecture) {
  const Readings all = distinct(readings);
  Correction correction = learn_from(all, architecture);
  const Readings same = of_architecture(all, architecture);
  const Readings& judged = correction.of_architecture ? same : all;
  Errors with;
  Errors without;
  for (const MemoryReading* reading : judged) {
    if (!is_exact(*reading)) ++correction.inexact;
    const Readings others = unseen_by(all, *reading);
    if (others.empty()) continue;
    Correction unseen = learn_from(others, reading->architecture);
    unseen.applied = true;
    with.add(corrected(reading->predicted, unseen), reading->resident);
    without.add(reading->predicted, reading->resident);
  }
  correction.record = with.record();
  correction.plain = without.record();
  correction.applied = correction.readings >= kReadingsLeast && correction.record.readings > 0 &&
                       correction.record.error_median <= correction.plain.error_median;
  return correction;
}

MemoryNeed corrected(MemoryNeed need, const Correction& correction) {
  if (!correction.applied) return need;
  need.compute = to_bytes(static_cast<double>(need.compute) * correction.compute_ratio);
  need.output = to_bytes(static_cast<double>(need.output) * correction.output_ratio);
  need.overhead = to_bytes(static_cast<double>(need.overhead) + correction.overhead_bytes);
  return need;
}

}  // namespace assay::gguf
