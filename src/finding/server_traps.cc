#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "finding/phrase.h"
#include "finding/trap_kinds.h"
#include "finding/trial_words.h"

namespace assay::finding {
namespace {

using base::Json;

/// llama-server rounds the context of a slot up to a multiple of this.
constexpr std::int64_t kContextStep = 256;

const Json* request_setting(const CellFinding& cell, std::string_view field) {
  const Json* request = base::find_member(cell.settings, "request");
  return request == nullptr ? nullptr : base::find_member(*request, field);
}

bool moves_tool_choice(const CellFinding& cell) {
  return cell.factor == "tool_choice" ||
         (cell.moves.is_object() && cell.moves.contains("tool_choice"));
}

struct Rejections {
  std::int64_t count = 0;
  std::string words;  ///< Of the first.
};

Rejections rejections_of(const TrialPointers& trials) {
  Rejections rejections;
  for (const store::TrialRow* trial : trials) {
    if (trial->outcome != "model_failure" || trial->outcome_class != "rejected") continue;
    if (rejections.count++ == 0) rejections.words = words_about(*trial);
  }
  return rejections;
}

/// Whether a refusal may be put down to tool_choice: the server says so, or the cell moves it and
/// the baseline, which does not, was not refused.
bool is_about_tools(const CellFinding& cell, const Rejections& own, const Rejections& baseline) {
  if (own.words.find("tool") != std::string::npos || own.words.find("Tool") != std::string::npos) {
    return true;
  }
  return moves_tool_choice(cell) && baseline.count == 0;
}

void append_context(const CellFinding& cell, std::int64_t asked, const GuestReadyFact& guest,
                    std::vector<Trap>& traps) {
  const std::int64_t given = guest.slot_tokens * guest.slots;
  const bool is_less = given < asked;
  const bool is_more = guest.slot_tokens >= asked + kContextStep;
  if (!is_less && !is_more) return;
  const bool seen = std::any_of(traps.begin(), traps.end(), [&](const Trap& trap) {
    return trap.cell == cell.id && trap.figures.value("setting", "") == "context";
  });
  if (seen) return;
  const std::string slots =
      guest.slots > 1 ? fmt::format(" ({} slots of {})", guest.slots, guest.slot_tokens) : "";
  traps.push_back({"setting_changed_by_server",
                   cell.id,
                   fmt::format("{}: asked for a context of {} tokens, the server made it {}{}.",
                               cell_label(cell), asked, given, slots),
                   {{"setting", "context"}, {"asked", asked}, {"got", given}}});
}

/// The first of the cells that share the guest which was loaded for `id`.
const CellFinding* first_sharing(const ModelFinding& model, std::string_view id) {
  const auto loaded = std::find_if(model.cells.begin(), model.cells.end(),
                                   [&](const CellFinding& cell) { return cell.id == id; });
  if (loaded == model.cells.end()) return nullptr;
  const Json* guest = base::find_member(loaded->settings, "guest");
  for (const CellFinding& cell : model.cells) {
    const Json* other = base::find_member(cell.settings, "guest");
    if (guest != nullptr && other != nullptr && base::json_equal(*guest, *other)) return &cell;
  }
  return &*loaded;
}

void append_contexts(const TrapEvidence& evidence, std::vector<Trap>& traps) {
  for (const GuestReadyFact& guest : evidence.facts.guests) {
    const CellFinding* cell = first_sharing(evidence.model, guest.cell);
    if (cell == nullptr || guest.slot_tokens < 0) continue;
    const Json* settings = base::find_member(cell->settings, "guest");
    const auto asked = base::integer_member(*settings, "context_tokens");
    if (asked) append_context(*cell, *asked, guest, traps);
  }
}

void append_token_limit(const TrapEvidence& evidence, const CellFinding& cell,
                        std::vector<Trap>& traps) {
  const Json* asked = request_setting(cell, "max_tokens");
  if (asked == nullptr || !asked->is_number_integer()) return;
  const auto most = asked->get<std::int64_t>();
  std::int64_t longer = 0;
  std::int64_t longest = 0;
  for (const store::TrialRow* trial : trials_of(evidence, cell)) {
    if (trial->completion_tokens <= most) continue;
    ++longer;
    longest = std::max(longest, trial->completion_tokens);
  }
  if (longer == 0) return;
  traps.push_back(
      {"setting_changed_by_server",
       cell.id,
       fmt::format(
           "{}: asked for at most {} tokens, {} of {} replies were longer, up to {} tokens.",
           cell_label(cell), most, longer, cell.n, longest),
       {{"setting", "max_tokens"}, {"asked", most}, {"got", longest}, {"trials", longer}}});
}

void append_models(const TrapEvidence& evidence, std::vector<Trap>& traps) {
  struct Served {
    const CellFinding* cell = nullptr;
    std::int64_t replies = 0;
  };
  std::map<std::string, Served> by_name;
  for (const CellFinding& cell : evidence.model.cells) {
    for (const store::TrialRow* trial : trials_of(evidence, cell)) {
      if (trial->detail.find("\"served_model\"") == std::string::npos) continue;
      const auto detail = base::parse_json(trial->detail);
      if (!detail.has_value()) continue;
      const auto name = base::string_member(*detail, "served_model");
      if (!name) continue;
      Served& served = by_name[*name];
      if (served.cell == nullptr) served.cell = &cell;
      ++served.replies;
    }
  }
  for (const auto& [name, served] : by_name) {
    traps.push_back(
        {"setting_changed_by_server",
         served.cell->id,
         fmt::format("{}: asked for the model `{}`, `{}` answered ({}).", cell_label(*served.cell),
                     evidence.model.served_as, name, counted(served.replies, "time")),
         {{"setting", "model"},
          {"asked", evidence.model.served_as},
          {"got", name},
          {"trials", served.replies}}});
  }
}

}  // namespace

void append_tool_choice_traps(const TrapEvidence& evidence, std::vector<Trap>& traps) {
  const CellFinding& first = evidence.model.cells.front();
  const Rejections baseline = rejections_of(trials_of(evidence, first));
  for (const CellFinding& cell : evidence.model.cells) {
    const Json* choice = request_setting(cell, "tool_choice");
    if (choice == nullptr && !moves_tool_choice(cell)) continue;
    const Rejections own = rejections_of(trials_of(evidence, cell));
    if (own.count == 0 || !is_about_tools(cell, own, baseline)) continue;
    const std::string asked =
        choice != nullptr && choice->is_string() ? choice->get<std::string>() : cell.level;
    traps.push_back(
        {"tool_choice_rejected",
         cell.id,
         fmt::format("{}: the server refused {} of {} with tool_choice {}{}", cell_label(cell),
                     own.count, counted(cell.n, "trial"), asked,
                     own.words.empty() ? "." : ": “" + own.words + "”."),
         {{"rejected", own.count}, {"n", cell.n}, {"tool_choice", asked}, {"words", own.words}}});
  }
}

void append_changed_setting_traps(const TrapEvidence& evidence, std::vector<Trap>& traps) {
  append_contexts(evidence, traps);
  for (const CellFinding& cell : evidence.model.cells) append_token_limit(evidence, cell, traps);
  append_models(evidence, traps);
}

}  // namespace assay::finding
