#include "study/matrix.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "base/text.h"
#include "study/dialogue.h"
#include "study/prompt.h"
#include "study/trial.h"

namespace assay::study {
namespace {

using base::Done;
using base::Json;
using base::Status;

/// From a setting's name to its value as JSON text.
using Settings = std::map<std::string, std::string>;

constexpr std::size_t kValueColumns = 60;
constexpr const char* kNotSet = "not set";

/// What decides, apart from its words, how a case becomes requests.
std::string shape_of(const task::Case& canary) {
  std::string shape = fmt::format("{} {}", canary.tools.is_null(), canary.follow_ups.size());
  for (const Json& message : canary.messages) {
    const Json* content = base::find_member(message, "content");
    shape += fmt::format(" {}{}{}", base::string_member(message, "role").value_or(""),
                         content == nullptr ? "" : content->type_name(),
                         message.contains("reasoning_content"));
  }
  return shape;
}

/// One canary of every shape: all others become requests in the same way.
std::vector<const task::Case*> representatives(const Plan& plan) {
  std::vector<const task::Case*> chosen;
  std::set<std::string> seen;
  for (const task::Case& canary : plan.canaries) {
    if (seen.insert(shape_of(canary)).second) chosen.push_back(&canary);
  }
  return chosen;
}

void flatten(const Json& value, const std::string& path, Settings& settings) {
  if (!value.is_object() || value.empty()) {
    settings[path] = base::dump_json(value);
    return;
  }
  for (const auto& [name, member] : value.items()) {
    flatten(member, path.empty() ? name : fmt::format("{}.{}", path, name), settings);
  }
}

/// The settings of the bytes that would be sent.
Settings settings_of(const endpoint::ChatRequest& request, const ModelSpec& model) {
  const endpoint::Address address{model.url, model.model, ""};
  Settings settings;
  flatten(base::parse_json(endpoint::wire_body(address, request, true)).value(), "", settings);
  return settings;
}

/// The settings of each turn's request. Whatever the model answers, both cells get the same.
std::vector<Settings> conversation(const Plan& plan, const Cell& cell, const task::Case& canary) {
  endpoint::ChatReply stand_in;
  stand_in.text = "(reply)";
  stand_in.reasoning = "(reasoning)";
  const ModelSpec& model = plan.models[cell.model];
  endpoint::ChatRequest request = trial_request(cell, canary, 1);
  std::vector<Settings> turns{settings_of(request, model)};
  for (std::int64_t turn = 1; turn < turns_of(cell, canary); ++turn) {
    append_turn(cell, stand_in, canary.follow_ups[static_cast<std::size_t>(turn) - 1],
                request.messages);
    turns.push_back(settings_of(request, model));
  }
  return turns;
}

/// Flags with their values; a flag that stands alone has the value "on".
Settings flags_of(const ModelSpec& model, const Cell& cell) {
  Settings flags;
  if (!model.is_guest()) return flags;
  const std::vector<std::string> arguments = endpoint::command_arguments(cell.guest);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size() && !arguments[i + 1].starts_with("--");
    flags[arguments[i]] = has_value ? arguments[i + 1] : "on";
    if (has_value) ++i;
  }
  // One switch with two spellings is one setting.
  if (flags.erase("--no-kv-offload") > 0) flags["--kv-offload"] = "off";
  return flags;
}

std::string shown(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? kNotSet : base::ellipsize(found->second, kValueColumns);
}

/// Two long values that differ late must not be shown as the same text.
std::pair<std::string, std::string> shown_apart(const Settings& left, const Settings& right,
                                                const std::string& name) {
  const auto a = left.find(name);
  const auto b = right.find(name);
  if (a == left.end() || b == right.end() || shown(left, name) != shown(right, name)) {
    return {shown(left, name), shown(right, name)};
  }
  const auto [first, unused] =
      std::mismatch(a->second.begin(), a->second.end(), b->second.begin(), b->second.end());
  static_cast<void>(unused);
  auto offset = static_cast<std::size_t>(first - a->second.begin());
  offset -= std::min<std::size_t>(offset, kValueColumns / 4);
  // Never from the middle of a code point.
  while (offset > 0 && (static_cast<unsigned char>(a->second[offset]) & 0xC0U) == 0x80U) --offset;
  const auto tail = [&](const std::string& text) {
    return "…" + base::ellipsize(std::string_view(text).substr(offset), kValueColumns);
  };
  return {tail(a->second), tail(b->second)};
}

void compare(const Settings& baseline, const Settings& cell,
             std::map<std::string, Difference>& differences) {
  Settings names = baseline;
  names.insert(cell.begin(), cell.end());
  for (const auto& [name, unused] : names) {
    const auto left = baseline.find(name);
    const auto right = cell.find(name);
    const bool same =
        left != baseline.end() && right != cell.end() && left->second == right->second;
    if (same) continue;
    const auto [before, after] = shown_apart(baseline, cell, name);
    differences.emplace(name, Difference{name, before, after});
  }
}

/// All that a cell sends, and how its server is started.
struct Wire {
  Settings flags;
  std::vector<std::vector<Settings>> conversations;  ///< By representative, then by turn.

  friend bool operator==(const Wire&, const Wire&) = default;
};

Wire wire_of(const Plan& plan, const Cell& cell, const std::vector<const task::Case*>& canaries) {
  Wire wire{flags_of(plan.models[cell.model], cell), {}};
  if (cell.load_rate > 0) wire.flags["[load] rate"] = fmt::format("{:g}", cell.load_rate);
  if (cell.load_concurrency > 0) {
    wire.flags["[load] concurrency"] = std::to_string(cell.load_concurrency);
  }
  wire.conversations.reserve(canaries.size());
  for (const task::Case* canary : canaries) {
    wire.conversations.push_back(conversation(plan, cell, *canary));
  }
  return wire;
}

std::vector<Difference> differences_of(const Wire& baseline, const Wire& cell) {
  std::map<std::string, Difference> found;
  compare(baseline.flags, cell.flags, found);
  for (std::size_t i = 0; i < baseline.conversations.size(); ++i) {
    const std::vector<Settings>& left = baseline.conversations[i];
    const std::vector<Settings>& right = cell.conversations[i];
    for (std::size_t turn = 0; turn < std::min(left.size(), right.size()); ++turn) {
      compare(left[turn], right[turn], found);
    }
    if (left.size() == right.size()) continue;
    found.emplace("turns",
                  Difference{"turns", std::to_string(left.size()), std::to_string(right.size())});
  }
  std::vector<Difference> differences;
  differences.reserve(found.size());
  for (auto& [name, difference] : found) differences.push_back(std::move(difference));
  return differences;
}

/// The name that the study file has for a setting, where one factor alone acts on it.
std::string_view name_in_file(const std::string& setting) {
  std::string_view name = setting;
  int found = 0;
  for (const Factor& factor : factors()) {
    // "--kv-offload, --no-kv-offload" is known by its first spelling.
    if (factor.field.substr(0, factor.field.find(',')) != setting) continue;
    name = factor.name;
    ++found;
  }
  return found == 1 ? name : std::string_view(setting);
}

std::string listed(const std::vector<Difference>& differences) {
  std::string text;
  for (const Difference& difference : differences) {
    text += fmt::format("{}{} ({} → {})", text.empty() ? "" : ", ",
                        name_in_file(difference.setting), difference.baseline, difference.cell);
  }
  return text;
}

/// Settings by their names in the file, when the wire alone shows fewer of them: two factors that
/// both act on the messages.
std::vector<Difference> moved_settings(const Plan& plan, const Cell& cell) {
  std::vector<Difference> differences;
  for (const Setting& move : cell.moves) {
    std::string before = kNotSet;
    for (const Setting& setting : plan.spec.baseline) {
      if (setting.factor == move.factor) before = base::dump_json(setting.value);
    }
    differences.push_back({std::string(move.factor->name), base::ellipsize(before, kValueColumns),
                           base::ellipsize(base::dump_json(move.value), kValueColumns)});
  }
  return differences;
}

/// Where the cell stands in the file, or the file.
std::string place_of(const Plan& plan, const Cell& cell) {
  const std::string prefix = plan.models[cell.model].name + "/";
  for (const NamedCell& named : plan.spec.cells) {
    if (cell.id == prefix + named.name) return named.place;
  }
  return plan.spec.file.string();
}

Status check_cell(const Plan& plan, const Cell& cell, const std::vector<Difference>& found) {
  const std::size_t most = cell.kind == CellKind::Level ? 1 : cell.moves.size();
  const bool too_many = found.size() > most || cell.moves.size() > most;
  if (!too_many) return Done{};
  const std::vector<Difference> differences =
      found.size() >= cell.moves.size() ? found : moved_settings(plan, cell);
  return base::bad_input(
      fmt::format("cell `{}` must differ from its baseline in {}, but differs in {}: {}", cell.id,
                  most == 1 ? "one setting" : fmt::format("{} settings", most), differences.size(),
                  listed(differences)),
      "what changed could not be told apart; give each setting a cell of its own, or put all but "
      "one into [baseline]",
      place_of(plan, cell));
}

/// Why no request shows the cell's setting.
std::string_view reason_unseen(const Cell& cell) {
  const std::string_view name = cell.factor == nullptr ? "" : cell.factor->name;
  if (name == "tool_choice" || name == "parallel_tool_calls") return "no case has tools";
  if (name == "system_prompt") return "every case, or its template, has its own system message";
  if (name == "echo_reasoning") return "no case has `follow_ups`";
  if (name == "turns") return "no case takes more turns";
  return "no request would differ";
}

}  // namespace

std::vector<Difference> wire_differences(const Plan& plan, const Cell& baseline, const Cell& cell) {
  const auto canaries = representatives(plan);
  return differences_of(wire_of(plan, baseline, canaries), wire_of(plan, cell, canaries));
}

Status validate_matrix(Plan& plan) {
  const auto canaries = representatives(plan);
  std::vector<Cell> kept;
  std::vector<Wire> wires;
  std::size_t baseline = 0;
  for (Cell& cell : plan.cells) {
    Wire wire = wire_of(plan, cell, canaries);
    if (cell.kind == CellKind::Baseline) {
      baseline = kept.size();
    } else {
      const auto differences = differences_of(wires[baseline], wire);
      ASSAY_TRY_DONE(check_cell(plan, cell, differences));
      const auto twin =
          std::find(wires.begin() + static_cast<std::ptrdiff_t>(baseline), wires.end(), wire);
      if (twin != wires.end()) {
        const Cell& other = kept[static_cast<std::size_t>(twin - wires.begin())];
        plan.notes.push_back(fmt::format(
            "{}: left out, it sends what {} sends{}", cell.id, other.id,
            other.kind == CellKind::Baseline ? fmt::format(": {}", reason_unseen(cell)) : ""));
        continue;
      }
    }
    kept.push_back(std::move(cell));
    wires.push_back(std::move(wire));
  }
  plan.cells = std::move(kept);
  return Done{};
}

}  // namespace assay::study
