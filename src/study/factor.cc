#include "study/factor.h"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/text.h"

namespace assay::study {
namespace {

using base::Json;

std::string_view expected_type(FactorType type) {
  switch (type) {
    case FactorType::Number:
      return "a number";
    case FactorType::Integer:
      return "an integer";
    case FactorType::Text:
      return "a string";
    case FactorType::Boolean:
      return "true or false";
  }
  ASSAY_UNREACHABLE("every factor type has a word");
}

bool has_type(FactorType type, const Json& value) {
  switch (type) {
    case FactorType::Number:
      return value.is_number();
    case FactorType::Integer:
      return value.is_number_integer();
    case FactorType::Text:
      return value.is_string();
    case FactorType::Boolean:
      return value.is_boolean();
  }
  return false;
}

}  // namespace

const Factor* find_factor(std::string_view name) {
  const auto found = std::find_if(factors().begin(), factors().end(),
                                  [&](const Factor& factor) { return factor.name == name; });
  return found == factors().end() ? nullptr : &*found;
}

std::vector<std::string> factor_names() {
  std::vector<std::string> names;
  for (const Factor& factor : factors()) names.emplace_back(factor.name);
  return names;
}

base::Status check_level(const Factor& factor, const Json& value) {
  if (!has_type(factor.type, value)) {
    return base::bad_input(
        fmt::format("expected {}, found {}", expected_type(factor.type), base::dump_json(value)));
  }
  if (value.is_number()) {
    const double number = value.get<double>();
    if (!(number >= factor.low && number <= factor.high)) {
      return base::bad_input(fmt::format("expected a value from {} to {}, found {}", factor.low,
                                         factor.high, base::dump_json(value)));
    }
  }
  if (factor.type == FactorType::Text && !factor.choices.empty()) {
    const std::vector<std::string> choices = base::split(factor.choices, ' ');
    const auto text = value.get<std::string>();
    if (std::find(choices.begin(), choices.end(), text) == choices.end()) {
      const auto suggestion = base::nearest(text, choices);
      return base::bad_input(fmt::format("expected one of {}, found \"{}\"", factor.choices, text),
                             suggestion ? fmt::format("did you mean \"{}\"?", *suggestion) : "");
    }
  }
  return base::Done{};
}

std::string level_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : base::dump_json(value);
}

void apply_to_guest(const Factor& factor, const Json& value, endpoint::GuestSettings& guest) {
  using endpoint::GuestSettings;
  static constexpr std::pair<std::string_view, std::string GuestSettings::*> kTexts[] = {
      {"cache_type_k", &GuestSettings::cache_type_k},
      {"cache_type_v", &GuestSettings::cache_type_v},
      {"flash_attention", &GuestSettings::flash_attention}};
  static constexpr std::pair<std::string_view, int GuestSettings::*> kIntegers[] = {
      {"threads", &GuestSettings::threads},
      {"threads_batch", &GuestSettings::threads_batch},
      {"gpu_layers", &GuestSettings::gpu_layers},
      {"cpu_moe_layers", &GuestSettings::cpu_moe_layers},
      {"batch", &GuestSettings::batch},
      {"micro_batch", &GuestSettings::micro_batch},
      {"parallel", &GuestSettings::parallel}};
  for (const auto& [name, member] : kTexts) {
    if (factor.name == name) guest.*member = value.get<std::string>();
  }
  for (const auto& [name, member] : kIntegers) {
    if (factor.name == name) guest.*member = value.get<int>();
  }
  if (factor.name == "context") guest.context_tokens = value.get<std::int64_t>();
  if (factor.name == "kv_offload") guest.kv_offload = value.get<bool>();
}

}  // namespace assay::study
