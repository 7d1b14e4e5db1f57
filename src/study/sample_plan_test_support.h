// For tests: plans of endpoints, which planning never asks.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/file.h"
#include "store/journal.h"
#include "study/design.h"
#include "study/plan.h"
#include "study/schedule.h"
#include "support/temporary_folder.h"

namespace assay::study {

/// One endpoint `a`, or with `models = 2` also `b`, over cases c0, c1, …
struct SampleStudy {
  std::string matrix{};  ///< [baseline], [factors] and what else follows the models.
  std::string study{};   ///< Further keys of [study].
  int canaries = 40;
  int models = 1;
  bool fixed = false;
  std::string cases{};  ///< In place of the numbered ones.
};

inline base::Result<Plan> plan_of(const SampleStudy& sample) {
  const test::TemporaryFolder folder;
  std::string cases = sample.cases;
  for (int i = 0; i < sample.canaries && sample.cases.empty(); ++i) {
    cases += R"({"id":"c)" + std::to_string(i) +
             R"(","prompt":"Say it","expect":"it","scorer":"contains"})" + "\n";
  }
  EXPECT_TRUE(base::write_file(folder.path() / "cases.jsonl", cases).has_value());
  std::string text = "[study]\nname = \"s\"\ntasks = \"cases.jsonl\"\n" + sample.study;
  for (int i = 0; i < sample.models; ++i) {
    const std::string name(1, static_cast<char>('a' + i));
    text += "[[model]]\nname = \"" + name + "\"\nurl = \"http://127.0.0.1:1/v1\"\nmodel = \"" +
            name + "\"\n";
  }
  auto spec = parse_spec(text + sample.matrix, "s.toml", folder.path());
  if (!spec.has_value()) return std::move(spec).error();
  return make_plan(std::move(*spec), {true, {}, folder.path(), sample.fixed});
}

/// The plan with those cells on a load of their own: as if the factor were one of the server's.
inline Plan with_load(Plan plan, const std::vector<std::size_t>& cells, bool fixed = false) {
  for (const std::size_t cell : cells) plan.cells[cell].guest.threads = 2;
  plan.design = make_design(plan, fixed);
  plan.schedule = make_schedule(plan);
  return plan;
}

inline store::TrialRow scored(double score, double total_ms = 100) {
  store::TrialRow row;
  row.outcome = "scored";
  row.score = score;
  row.total_ms = total_ms;
  return row;
}

inline store::TrialRow unscored() {
  store::TrialRow row;
  row.outcome = "infrastructure";
  row.outcome_class = "deadline";
  return row;
}

}  // namespace assay::study
