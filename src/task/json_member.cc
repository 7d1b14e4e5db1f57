#include "task/json_member.h"

#include <fmt/core.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/text.h"
#include "task/wording.h"

namespace assay::task {

std::string describe(const base::Json& value) {
  using Type = base::Json::value_t;
  switch (value.type()) {
    case Type::string:
      return fmt::format("the string {}", in_quotes(value.get_ref<const std::string&>()));
    case Type::number_integer:
    case Type::number_unsigned:
    case Type::number_float:
      return fmt::format("the number {}", base::dump_json(value));
    case Type::boolean:
      return value.get<bool>() ? "true" : "false";
    case Type::array:
      if (value.empty()) return "an empty list";
      return fmt::format("a list of {} value{}", value.size(), value.size() == 1 ? "" : "s");
    case Type::object:
      return value.empty() ? "an empty object" : "an object";
    case Type::null:
      return "null";
    case Type::binary:
    case Type::discarded:
      break;
  }
  return "nothing";
}

base::Error wrong_value(std::string_view key, std::string_view expected, const base::Json& found) {
  return base::bad_input(fmt::format("expected {}, found {}", expected, describe(found)), "",
                         std::string(key));
}

base::Result<std::string> required_text(const base::Json& object, std::string_view key,
                                        std::string_view owner) {
  const std::string place = owner.empty() ? std::string(key) : fmt::format("{}.{}", owner, key);
  const base::Json* member = base::find_member(object, key);
  if (member == nullptr) return base::bad_input("expected a string, found nothing", "", place);
  if (!member->is_string()) return wrong_value(place, "a string", *member);
  if (member->get_ref<const std::string&>().empty()) {
    return wrong_value(place, "a string that is not empty", *member);
  }
  return member->get<std::string>();
}

base::Status reject_unknown_members(const base::Json& object, std::span<const std::string> known,
                                    std::string_view prefix, std::string_view owner) {
  for (const auto& [key, value] : object.items()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    return base::bad_input(fmt::format("{} has no such key", owner), did_you_mean(key, known),
                           one_line(fmt::format("{}{}", prefix, key), 80));
  }
  return base::Done{};
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  const std::string all = fmt::format("known: {}", fmt::join(known, ", "));
  const auto suggestion = base::nearest(word, known);
  return suggestion ? fmt::format("did you mean `{}`? {}", *suggestion, all) : all;
}

}  // namespace assay::task
