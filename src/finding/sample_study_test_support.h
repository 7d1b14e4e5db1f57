// Invented studies with known truths, for the tests of `finding` and `report`.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "finding/finding.h"
#include "store/journal.h"

namespace assay::test {

/// One cell and how its model behaves in it. A baseline has no factor.
struct SampleCell {
  std::string model = "pebble-m";
  std::string factor{};
  std::string level{};
  std::string kind{};  ///< Empty: the plan says none. With "check" and "combination",
                       ///< `factor` is the cell's name.
  /// Whether the canary (from 0) is answered right in the given repeat.
  std::function<bool(int canary, int repeat)> is_right = [](int, int) { return true; };
  double total_ms = 100;
  double tokens_per_s = 100;
  int completion_tokens = 20;
  int cut = 0;       ///< The last so many canaries are cut by the token limit, without a score.
  int unscored = 0;  ///< The first so many canaries end as infrastructure(out_of_memory).
  std::string reply = "so be it";  ///< What the model says, the same in every trial.
  base::Json guest{};              ///< Null: {"model": "models/<model>.gguf", …}.
  std::string id() const;
};

/// The first `count` canaries right in every repeat.
std::function<bool(int, int)> first(int count);

/// Canary i of n has kind kinds[i % 4] and id "case-i".
class SampleStudy {
 public:
  explicit SampleStudy(int canaries = 40, int repeats = 3);

  SampleStudy& add(const SampleCell& cell);
  /// `detail` is a JSON object.
  SampleStudy& add_event(std::string kind, std::string model, const base::Json& detail);
  /// Judged after so many canaries, in their order; the last look is at all.
  SampleStudy& design(const std::vector<int>& looks);
  /// Forgets the last `count` trials, as if the study had been interrupted.
  SampleStudy& drop_trials(int count);

  store::StudyRow study_row() const;
  /// analyse() of all rows.
  finding::StudyFinding finding() const;

  base::Json plan;
  std::vector<store::TrialRow> trials;
  std::vector<store::EventRow> events;

 private:
  int canaries_;
  int repeats_;
};

/// Three models with six cells each and every verdict, failures, a truncation, a lost guest and
/// hostile text: what the goldens and the sample page show.
SampleStudy sample_quickstart();

}  // namespace assay::test
