#include "endpoint/twin_rule.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"
#include "base/random.h"

namespace assay::endpoint {
namespace {

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

bool meets(const FieldCondition& condition, const base::Json& body) {
  const base::Json* value = find_field(body, condition.path);
  if (condition.present && *condition.present != (value != nullptr)) return false;
  if (condition.equals && (value == nullptr || !base::json_equal(*value, *condition.equals))) {
    return false;
  }
  if (condition.contains) {
    if (value == nullptr || !value->is_string()) return false;
    if (!holds(value->get<std::string>(), *condition.contains)) return false;
  }
  if (!condition.above && !condition.below) return true;
  if (value == nullptr || !value->is_number()) return false;
  const double number = value->get<double>();
  return (!condition.above || number > *condition.above) &&
         (!condition.below || number < *condition.below);
}

}  // namespace

base::Nanoseconds Timing::offset_of(std::size_t event) const {
  base::Nanoseconds offset = first;
  const std::size_t listed = std::min(event, gaps.size());
  for (std::size_t i = 0; i < listed; ++i) offset += gaps[i];
  if (event > listed && !gaps.empty()) {
    offset += gaps.back() * static_cast<std::int64_t>(event - listed);
  }
  return offset;
}

bool matches(const RuleMatch& match, const TwinRequest& request) {
  if (match.path != request.path) return false;
  if (match.turn && *match.turn != request.turn) return false;
  const auto in_last = [&](const std::string& part) { return holds(request.last_user_text, part); };
  const auto in_any = [&](const std::string& part) {
    return std::any_of(request.texts.begin(), request.texts.end(),
                       [&](const std::string& text) { return holds(text, part); });
  };
  const auto met = [&](const FieldCondition& field) { return meets(field, request.body); };
  return std::all_of(match.contains.begin(), match.contains.end(), in_last) &&
         std::all_of(match.any_contains.begin(), match.any_contains.end(), in_any) &&
         std::all_of(match.fields.begin(), match.fields.end(), met);
}

const Answer& choose_answer(const Rule& rule, const Draw& draw, const TwinRequest& request) {
  ASSAY_CHECK(!rule.answers.empty(), "a rule that is asked for an answer has one");
  const std::string seed =
      request.seed ? "seed " + *request.seed : fmt::format("unseeded {}", draw.unseeded);
  const std::string key =
      fmt::format("{}\n{}\n{}\n{}", draw.script_seed, draw.rule, seed, request.messages_json());
  double total = 0;
  for (const Answer& answer : rule.answers) total += answer.weight;
  double left = base::Random(base::sha256_seed(key)).unit() * total;
  for (const Answer& answer : rule.answers) {
    if (left < answer.weight) return answer;
    left -= answer.weight;
  }
  // Rounding may leave a last sliver of the total to nobody; it goes to the last possible answer.
  const auto last = std::find_if(rule.answers.rbegin(), rule.answers.rend(),
                                 [](const Answer& answer) { return answer.weight > 0; });
  return last == rule.answers.rend() ? rule.answers.back() : *last;
}

}  // namespace assay::endpoint
