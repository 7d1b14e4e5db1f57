#include "report/registration.h"

#include <fmt/format.h>

#include "base/text.h"

namespace assay::report {
namespace {

using base::Json;

constexpr std::size_t kValueColumns = 100;
constexpr std::size_t kDigestDigits = 16;

std::string text_of(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : base::dump_json(value);
  return base::ellipsize(text, kValueColumns);
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
    const Json* promised = base::find_member(registration, "registration");
    if (promised != nullptr && promised->is_object()) {
      for (const auto& [key, value] : promised->items()) facts.push_back({key, text_of(value)});
    }
  }
  if (!finding.changes) return facts;
  if (finding.changes->empty() && !facts.empty()) facts.push_back({"Changed since", "nothing"});
  for (const finding::PlanChange& change : *finding.changes) {
    facts.push_back({"Changed since", finding::describe(change)});
  }
  return facts;
}

}  // namespace assay::report
