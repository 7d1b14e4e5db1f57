#include "stats/sequential.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <map>
#include <numeric>

#include "base/check.h"
#include "stats/sign_flip.h"
#include "stats/stagewise.h"

namespace assay::stats {
namespace {

double normal_cdf(double z) { return boost::math::cdf(boost::math::normal(), z); }

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal(), probability);
}

/// One cell's way through the looks.
struct Progress {
  std::vector<double> differences;
  std::vector<Look> looks;  ///< Those taken.
  std::vector<double>
      boundaries{};  ///< At which each look before the present one would have ended.
  CellJudgement result;
  /// Rejected at alpha, alpha/2, … alpha/`levels`; 0: not even at alpha.
  std::size_t levels = 0;
  bool is_positive = false;

  bool active() const { return result.stop == Stop::No; }
};

class Matrix {
 public:
  Matrix(const MatrixDesign& design, std::span<const CellStream> cells)
      : design_(design), cells_(cells), progress_(cells.size()) {
    const auto all = static_cast<double>(design.looks.back());
    for (const std::size_t look : design.looks) {
      fractions_.push_back(static_cast<double>(look) / all);
    }
    boundaries_ = normal_boundaries(design.spending, design.alpha, fractions_);
  }

  std::vector<CellJudgement> judge() {
    for (std::size_t look = 0; look < design_.looks.size(); ++look) {
      if (!has_happened(look)) break;
      take(look);
      reject();
      for (Progress& cell : progress_) {
        if (cell.active() && cell.result.looks_taken == look + 1) settle(cell, look);
      }
    }
    return results();
  }

 private:
  bool has_happened(std::size_t look) const {
    bool any = false;
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      if (!progress_[i].active()) continue;
      if (cells_[i].positions_done < design_.looks[look]) return false;
      any = true;
    }
    return any;
  }

  void take(std::size_t look) {
    for (std::size_t i = 0; i < cells_.size(); ++i) {
      Progress& cell = progress_[i];
      if (!cell.active()) continue;
      const CellStream& stream = cells_[i];
      while (cell.differences.size() < stream.positions.size() &&
             stream.positions[cell.differences.size()] < design_.looks[look]) {
        cell.differences.push_back(stream.differences[cell.differences.size()]);
      }
      cell.looks.push_back({cell.differences.size(), fractions_[look]});
      cell.result.looks_taken = look + 1;
      cell.result.difference = paired_difference(cell.differences, 1 - design_.alpha);
      allow_for_looks(cell);
      measure_levels(cell);
    }
  }

  /// Widens or shifts the interval for having looked before. The normal theory's limits are
  /// stretched by what Student's t adds at this number of canaries.
  void allow_for_looks(Progress& cell) const {
    PairedDifference& difference = cell.result.difference;
    if (cell.looks.size() < 2 || difference.canaries < 2) return;
    const std::span<const double> fractions(fractions_.data(), cell.looks.size());
    const double at_full = difference.standard_error * std::sqrt(fractions.back());
    const double statistic = std::clamp(difference.delta / difference.standard_error, -30.0, 30.0);
    const Interval drift =
        stagewise_interval(fractions, cell.boundaries, statistic, difference.confidence);
    const double middle = statistic / std::sqrt(fractions.back());
    const double side = (1 + difference.confidence) / 2;
    const boost::math::students_t student(static_cast<double>(difference.canaries - 1));
    const double stretch = boost::math::quantile(student, side) / normal_quantile(side) * at_full;
    const auto rounded = [](double limit) { return std::round(limit * 1e9) / 1e9; };
    difference.interval = {rounded(std::clamp(difference.delta + (drift.low - middle) * stretch,
                                              -1.0, difference.delta)),
                           rounded(std::clamp(difference.delta + (drift.high - middle) * stretch,
                                              difference.delta, 1.0))};
  }

  /// The two-sided normal boundaries at alpha/parts.
  const std::vector<double>& boundaries_at(std::size_t parts) {
    std::vector<double>& boundaries = two_sided_[parts];
    if (boundaries.empty()) {
      boundaries = normal_boundaries(design_.spending,
                                     design_.alpha / static_cast<double>(2 * parts), fractions_);
    }
    return boundaries;
  }

  /// A cell counts as rejected at alpha/j only if it is at every larger level too: with few
  /// canaries a larger level, by spending more early, can miss what a smaller one finds.
  void measure_levels(Progress& cell) const {
    cell.levels = 0;
    for (std::size_t parts = 1; parts <= cells_.size(); ++parts) {
      const auto crossing =
          sign_flip_crossing(cell.differences, cell.looks,
                             design_.alpha / static_cast<double>(parts), design_.spending);
      if (!crossing) break;
      cell.levels = parts;
      cell.is_positive = crossing->is_positive;
    }
  }

  /// Holm: the cell with the smallest p value at alpha/m, the next at alpha/(m − 1), …
  void reject() {
    rejected_ = 0;
    std::vector<Progress*> order;
    for (Progress& cell : progress_) order.push_back(&cell);
    std::stable_sort(order.begin(), order.end(),
                     [](const Progress* a, const Progress* b) { return a->levels > b->levels; });
    for (Progress* cell : order) {
      if (cell->levels < cells_.size() - rejected_) break;
      ++rejected_;
      const Interval& interval = cell->result.difference.interval;
      const bool excludes_zero = cell->is_positive ? interval.low > 0 : interval.high < 0;
      if (!cell->active() || !excludes_zero) continue;
      cell->result.stop = Stop::Decided;
      cell->result.judgement = {cell->is_positive ? Verdict::Better : Verdict::Worse};
    }
  }

  void settle(Progress& cell, std::size_t look) {
    const PairedDifference& difference = cell.result.difference;
    if (is_equivalent(difference, look)) {
      cell.result.stop = Stop::Decided;
      cell.result.judgement = {Verdict::Equivalent};
      return;
    }
    cell.boundaries.push_back(boundaries_at(parts_left())[look]);
    cell.result.judgement = {Verdict::Undecided,
                             canaries_more(difference, design_.margin, level_left())};
    const bool last = look + 1 == design_.looks.size();
    if (!last && chance_of_a_verdict(difference) < design_.futility) {
      cell.result.stop = Stop::Futile;
    }
  }

  bool is_equivalent(const PairedDifference& difference, std::size_t look) const {
    if (difference.canaries < 2) return false;
    const double level = 1 - normal_cdf(boundaries_[look]);
    if (level < 1e-12) return false;
    const boost::math::students_t student(static_cast<double>(difference.canaries - 1));
    const double reach =
        boost::math::quantile(boost::math::complement(student, level)) * difference.standard_error;
    return std::abs(difference.delta) + reach < design_.margin;
  }

  /// What Holm leaves to the cell rejected next.
  double level_left() const { return design_.alpha / static_cast<double>(parts_left()); }

  std::size_t parts_left() const { return std::max<std::size_t>(cells_.size() - rejected_, 1); }

  /// The probability, predicted from what was seen, that the last look gives another verdict than
  /// undecided.
  double chance_of_a_verdict(const PairedDifference& difference) const {
    const auto now = static_cast<double>(difference.canaries);
    const auto all = static_cast<double>(design_.looks.back());
    if (now < 2) return 1;
    if (now >= all) return 0;
    const double deviation = difference.standard_error * std::sqrt(now);
    const double spread = deviation * std::sqrt(1 / now - 1 / all);
    const double error = deviation / std::sqrt(all);
    const auto below = [&](double mean) { return normal_cdf((mean - difference.delta) / spread); };
    const double shown = normal_quantile(1 - level_left() / 2) * error;
    const double within = design_.margin - normal_quantile(1 - design_.alpha) * error;
    double chance = below(-shown) + 1 - below(shown);
    if (within > 0) chance += below(within) - below(-within);
    return std::min(chance, 1.0);
  }

  std::vector<CellJudgement> results() {
    std::vector<double> p_values;
    for (const Progress& cell : progress_) {
      p_values.push_back(cell.looks.empty()
                             ? 1
                             : sign_flip_p_value(cell.differences, cell.looks, design_.spending));
    }
    std::vector<std::size_t> order(p_values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
    double largest = 0;
    for (std::size_t rank = 0; rank < order.size(); ++rank) {
      const auto left = static_cast<double>(order.size() - rank);
      largest = std::max(largest, std::min(1.0, left * p_values[order[rank]]));
      progress_[order[rank]].result.p_adjusted = largest;
    }
    std::vector<CellJudgement> results;
    for (const Progress& cell : progress_) results.push_back(cell.result);
    return results;
  }

  const MatrixDesign& design_;
  std::span<const CellStream> cells_;
  std::vector<Progress> progress_;
  std::vector<double> fractions_;
  std::vector<double> boundaries_;  ///< One-sided, for equivalence.
  std::map<std::size_t, std::vector<double>> two_sided_;
  std::size_t rejected_ = 0;
};

}  // namespace

std::string_view name_of(Stop stop) {
  switch (stop) {
    case Stop::No:
      return "no";
    case Stop::Decided:
      return "decided";
    case Stop::Futile:
      return "futile";
  }
  ASSAY_UNREACHABLE("a stop without a name");
}

std::vector<CellJudgement> judge_matrix(const MatrixDesign& design,
                                        std::span<const CellStream> cells) {
  ASSAY_CHECK(!design.looks.empty() && design.looks.back() > 0, "a design has a last look");
  ASSAY_CHECK(std::is_sorted(design.looks.begin(), design.looks.end()), "looks ascend");
  ASSAY_CHECK(design.alpha > 0 && design.alpha <= 0.2, "an error rate is small");
  for (const CellStream& cell : cells) {
    ASSAY_CHECK(cell.positions.size() == cell.differences.size(), "each difference has a place");
  }
  return Matrix(design, cells).judge();
}

std::vector<std::size_t> equal_looks(std::size_t canaries, std::size_t count, std::size_t least) {
  std::vector<std::size_t> looks;
  for (std::size_t look = 1; look < count; ++look) {
    const std::size_t at = canaries * look / count;
    const std::size_t before = looks.empty() ? 0 : looks.back();
    if (at >= least && at > before && at < canaries) looks.push_back(at);
  }
  looks.push_back(canaries);
  return looks;
}

}  // namespace assay::stats
