#include "report/registration.h"

#include <fmt/format.h>

#include "base/text.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"

namespace assay::report {
namespace {

using base::Json;

constexpr std::size_t kDigestDigits = 16;

bool is_intact(const Json& registration) {
  const Json* intact = base::find_member(registration, "intact");
  return intact != nullptr && intact->is_boolean() && intact->get<bool>();
}

std::string judging_text(const finding::StudyFinding& finding) {
  std::string looks;
  for (const std::size_t look : finding.looks) {
    looks += fmt::format("{}{}", looks.empty() ? "" : ", ", look);
  }
  return fmt::format(
      "after {} {}; a wrong “better” or “worse” anywhere in a model's cells in at most {} of "
      "studies; margin ±{}",
      looks, finding::words_of(finding).canaries, finding::percent(finding.alpha),
      finding::point_count(finding.margin));
}

std::string rule_text(const finding::StudyFinding& finding) {
  const finding::Rule& rule = finding.rule;
  const finding::MeasureWords& words = finding::words_of(finding);
  std::string text;
  const auto add = [&text](const std::optional<double>& bound, std::string part) {
    if (bound) text += std::move(part) + ", ";
  };
  add(rule.accuracy_least, fmt::format("{} shown to be at least {}", words.share,
                                       finding::percent(rule.accuracy_least.value_or(0))));
  add(rule.ttft_ms_most, fmt::format("first token within {} (95th percentile)",
                                     finding::milliseconds(rule.ttft_ms_most.value_or(0))));
  add(rule.memory_bytes_most,
      fmt::format("at most {} of memory", base::human_bytes(static_cast<std::uint64_t>(
                                              rule.memory_bytes_most.value_or(0)))));
  add(rule.cost_usd_per_1000_most,
      fmt::format("at most {:.3f} USD for a thousand {}s", rule.cost_usd_per_1000_most.value_or(0),
                  words.timed));
  const bool is_share = rule.rank == "accuracy" && !finding.load.empty();
  const std::string rank = is_share ? "share" : rule.rank;
  return fmt::format("{}{} among those shown to be within the margin of the {}", text,
                     (text.empty() ? "by " : "then by ") + rank, words.best);
}

}  // namespace

std::vector<Fact> registration_facts(const finding::StudyFinding& finding) {
  std::vector<Fact> facts;
  const Json& registration = finding.registration;
  if (registration.is_object()) {
    const std::string hash = base::string_member(registration, "hash").value_or("");
    std::string when = base::string_member(registration, "registered_at").value_or("");
    if (!hash.empty()) when += fmt::format(", sha256 {}…", hash.substr(0, kDigestDigits));
    facts.push_back({"Registered", when});
    facts.push_back({"Plan", is_intact(registration)
                                 ? "the journal's plan is the registered one"
                                 : "NOT the registered one: the journal was changed afterwards"});
    facts.push_back({"Judged", judging_text(finding)});
    facts.push_back({"Decided", rule_text(finding)});
  }
  if (!finding.changes) return facts;
  if (finding.changes->empty() && !facts.empty()) facts.push_back({"Changed since", "nothing"});
  for (const finding::PlanChange& change : *finding.changes) {
    facts.push_back({"Changed since", finding::describe(change)});
  }
  return facts;
}

}  // namespace assay::report
