#include "stats/sequential.h"

#include <algorithm>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "base/check.h"
#include "stats/equivalence.h"
#include "stats/futility.h"
#include "stats/multiple.h"
#include "stats/sign_flip.h"
#include "stats/stopped_mean.h"

namespace assay::stats {
namespace {

double normal_cdf(double z) { return boost::math::cdf(boost::math::normal(), z); }

double normal_quantile(double probability) {
  return boost::math::quantile(boost::math::normal(), probability);
}

/// Of the intervals, whatever error rate the verdicts are held to.
constexpr double kConfidence = 0.95;
/// Statistics beyond are never met.
constexpr double kStatisticMost = 12;
/// A test at a smaller level is not made.
constexpr double kLevelLeast = 1e-12;

/// One cell's way through the looks.
struct Progress {
  std::vector<double> differences;
  std::vector<Look> looks;  ///< Those taken.
  /// At which z statistic each look before the present one would have called it different.
  std::vector<double> boundaries{};
  CellJudgement result;
  /// Rejected at alpha, alpha/2, … alpha/`levels`; 0: not even at alpha.
  std::size_t levels = 0;
  bool is_positive = false;
  bool is_estimated = false;  ///< The interval allows for the looks.

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
        // What later looks make of other cells must not move a stopped cell's interval.
        if (!cell.active() && !cell.is_estimated) estimate(cell);
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
      cell.result.difference = paired_difference(cell.differences, kConfidence);
      cell.is_estimated = false;
      measure_levels(cell);
    }
  }

  /// Gives the interval that allows for the looks. The normal theory's limits are stretched by what
  /// Student's t adds at the last look's number of canaries: at the present one's they hold the
  /// truth too often, because early stops are wide by themselves.
  void estimate(Progress& cell) {
    PairedDifference& difference = cell.result.difference;
    cell.is_estimated = true;
    if (design_.looks.size() < 2 || difference.canaries < 2) return;
    const std::size_t look = cell.looks.size() - 1;
    const double root = std::sqrt(fractions_[look]);
    const double at_full = difference.standard_error * root;
    const double statistic = std::clamp(difference.delta / difference.standard_error, -30.0, 30.0);
    const Interval drift =
        stopped_mean_interval(rules_of(cell), look, statistic, difference.confidence);
    const double side = (1 + difference.confidence) / 2;
    const double canaries_last = std::max(2.0, canaries_at(cell, fractions_.size() - 1));
    const boost::math::students_t student(canaries_last - 1);
    const double stretch = boost::math::quantile(student, side) / normal_quantile(side) * at_full;
    const auto limit = [&](double end) {
      const double value = difference.delta + (end - statistic / root) * stretch;
      return std::round(std::clamp(value, -1.0, 1.0) * 1e9) / 1e9;
    };
    difference.interval = {limit(drift.low), limit(drift.high)};
  }

  /// Where this cell would stop at each look, were its differences always as they are now.
  std::vector<LookRule> rules_of(const Progress& cell) {
    std::vector<LookRule> rules;
    const double at_full =
        cell.result.difference.standard_error * std::sqrt(fractions_[cell.looks.size() - 1]);
    const Outlook outlook(cell.differences, last_look(cell));
    const std::vector<double>& ahead = boundaries_at(parts_left());
    for (std::size_t look = 0; look < fractions_.size(); ++look) {
      LookRule rule{fractions_[look], {}};
      if (look + 1 < fractions_.size()) {
        const double canaries = canaries_at(cell, look);
        const double error = at_full / std::sqrt(fractions_[look]);
        const double different =
            look < cell.boundaries.size() ? cell.boundaries[look] : ahead[look];
        const double equivalent = design_.margin / error - reach_equivalent(canaries, look);
        std::optional<Interval> futile;
        if (design_.futility > 0) futile = outlook.futile_means(canaries, design_.futility);
        if (futile) futile = Interval{futile->low / error, futile->high / error};
        rule.going_on = going_on(equivalent, futile, std::min(different, kStatisticMost));
      }
      rules.push_back(rule);
    }
    return rules;
  }

  /// What is left of (−different, different) without the equivalent and the futile.
  static std::vector<Interval> going_on(double equivalent, const std::optional<Interval>& futile,
                                        double different) {
    std::vector<Interval> upper;
    double from = std::max(equivalent, 0.0);
    if (futile && std::min(futile->low, different) > from) {
      upper.push_back({from, std::min(futile->low, different)});
    }
    if (futile) from = std::max(from, futile->high);
    if (from < different) upper.push_back({from, different});
    std::vector<Interval> ranges;
    for (auto range = upper.rbegin(); range != upper.rend(); ++range) {
      ranges.push_back({-range->high, -range->low});
    }
    for (const Interval& range : upper) {
      if (range.low == 0) {
        ranges.back().high = range.high;
      } else {
        ranges.push_back(range);
      }
    }
    return ranges;
  }

  /// How many canaries the cell had, or would have, at that look: those that cannot be scored stay
  /// as frequent as they are.
  double canaries_at(const Progress& cell, std::size_t look) const {
    return static_cast<double>(cell.differences.size()) * fractions_[look] /
           fractions_[cell.looks.size() - 1];
  }

  LastLook last_look(const Progress& cell) {
    return {canaries_at(cell, fractions_.size() - 1), boundaries_at(parts_left()).back(),
            design_.margin, level_equivalent(fractions_.size() - 1)};
  }

  double level_equivalent(std::size_t look) const { return 1 - normal_cdf(boundaries_[look]); }

  /// By how many standard errors the mean must be within the margin to be equivalent.
  double reach_equivalent(double canaries, std::size_t look) const {
    const double level = level_equivalent(look);
    if (canaries < 2 || level < kLevelLeast) return std::numeric_limits<double>::infinity();
    const boost::math::students_t student(canaries - 1);
    return boost::math::quantile(boost::math::complement(student, level));
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
      if (cell->active() && !cell->is_estimated) estimate(*cell);
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
    if (!last && chance_of_a_verdict(cell, look) < design_.futility) {
      cell.result.stop = Stop::Futile;
    }
  }

  bool is_equivalent(const PairedDifference& difference, std::size_t look) const {
    const double level = level_equivalent(look);
    return level >= kLevelLeast && equivalence_test(difference, design_.margin, level).equivalent;
  }

  /// What Holm leaves to the cell rejected next.
  double level_left() const { return design_.alpha / static_cast<double>(parts_left()); }

  std::size_t parts_left() const { return std::max<std::size_t>(cells_.size() - rejected_, 1); }

  double chance_of_a_verdict(const Progress& cell, std::size_t look) {
    if (cell.differences.size() < 2) return 1;
    return Outlook(cell.differences, last_look(cell))
        .chance(cell.result.difference.delta, canaries_at(cell, look));
  }

  std::vector<CellJudgement> results() {
    std::vector<double> p_values;
    for (Progress& cell : progress_) {
      const bool looked = !cell.looks.empty();
      if (looked && !cell.is_estimated) estimate(cell);
      p_values.push_back(looked ? sign_flip_p_value(cell.differences, cell.looks, design_.spending)
                                : 1);
    }
    const std::vector<double> adjusted = holm(p_values);
    std::vector<CellJudgement> results;
    for (std::size_t i = 0; i < progress_.size(); ++i) {
      progress_[i].result.p_adjusted = adjusted[i];
      results.push_back(progress_[i].result);
    }
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
