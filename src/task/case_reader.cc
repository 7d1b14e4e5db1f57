#include "task/case_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "base/text.h"
#include "task/conversation.h"
#include "task/json_member.h"
#include "task/scorer.h"

namespace assay::task {
namespace {

constexpr std::size_t kIdBytesMax = 200;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

const std::array<std::string, 10> kCaseKeys{"id",    "prompt", "messages", "system", "follow_ups",
                                            "tools", "expect", "scorer",   "tier",   "tags"};

bool is_plain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F; }

base::Result<std::string> read_id(const base::Json& line) {
  ASSAY_TRY(std::string id, required_text(line, "id"));
  // Ids stand in journals, reports and file names, where a line feed would do harm.
  if (id.size() > kIdBytesMax || !std::all_of(id.begin(), id.end(), is_plain)) {
    return base::bad_input(
        fmt::format("expected at most {} bytes without control characters, found {}", kIdBytesMax,
                    describe(base::Json(id))),
        "", "id");
  }
  return id;
}

base::Result<base::Json> read_scorer(const base::Json& line, const CaseDefaults& defaults) {
  const base::Json* member = base::find_member(line, "scorer");
  const base::Json scorer = member == nullptr ? defaults.scorer : *member;
  if (member == nullptr && scorer.is_null()) {
    return base::bad_input("expected a scorer, found none",
                           "add one to the case, or to [defaults] in the pack's TOML", "scorer");
  }
  if (scorer.is_string()) return base::Json{{"type", scorer}};
  if (scorer.is_object()) return scorer;
  return wrong_value("scorer", "a scorer's name or an object with its `type`", scorer);
}

base::Result<std::int64_t> read_tier(const base::Json& line, const CaseDefaults& defaults) {
  const base::Json* member = base::find_member(line, "tier");
  if (member == nullptr) return defaults.tier;
  const auto tier = base::integer_member(line, "tier");
  if (!tier || *tier < 1 || *tier > kTierMax) {
    return wrong_value("tier", "1 (easy), 2 or 3 (hard)", *member);
  }
  return *tier;
}

base::Result<std::vector<std::string>> read_tags(const base::Json& line,
                                                 const CaseDefaults& defaults) {
  const base::Json* member = base::find_member(line, "tags");
  if (member == nullptr) return defaults.tags;
  if (!member->is_array()) return wrong_value("tags", "a list of strings", *member);
  std::vector<std::string> tags;
  for (const base::Json& tag : *member) {
    if (!tag.is_string() || tag.get_ref<const std::string&>().empty()) {
      return wrong_value("tags", "strings that are not empty", tag);
    }
    tags.push_back(tag.get<std::string>());
  }
  return tags;
}

base::Result<Case> read_case(const base::Json& line, const CaseDefaults& defaults) {
  if (!line.is_object()) return wrong_value("", "an object on each line", line);
  ASSAY_TRY_DONE(reject_unknown_members(line, kCaseKeys, "", "a case"));
  Case task_case;
  ASSAY_TRY(task_case.id, read_id(line));
  ASSAY_TRY(task_case.messages, read_conversation(line, defaults.system));
  ASSAY_TRY(task_case.follow_ups, read_follow_ups(line));
  ASSAY_TRY(task_case.tools, read_tools(line));
  ASSAY_TRY(task_case.scorer, read_scorer(line, defaults));
  ASSAY_TRY(task_case.tier, read_tier(line, defaults));
  ASSAY_TRY(task_case.tags, read_tags(line, defaults));
  const base::Json* expect = base::find_member(line, "expect");
  if (expect == nullptr) {
    return base::bad_input("expected what the scorer compares the reply with, found nothing",
                           "write null for a tool_call case in which no tool may be called",
                           "expect");
  }
  task_case.expect = *expect;
  ASSAY_TRY_DONE(check_case(task_case));
  return task_case;
}

base::Result<Case> read_line(std::string_view line, const CaseDefaults& defaults) {
  if (line.size() > kLineBytesMax) {
    return base::bad_input(
        fmt::format("expected a line of at most {}, found {}", base::human_bytes(kLineBytesMax),
                    base::human_bytes(line.size())),
        "each line of the file is one case");
  }
  auto json = base::parse_json(line);
  if (!json.has_value()) {
    base::Error failure = std::move(json).error();
    failure.hint = "each line is one JSON object; comments and trailing commas are not JSON";
    return failure;
  }
  return read_case(*json, defaults);
}

}  // namespace

base::Result<std::vector<Case>> read_cases(std::string_view jsonl, std::string_view source,
                                           const CaseDefaults& defaults) {
  if (jsonl.starts_with(kByteOrderMark)) jsonl.remove_prefix(kByteOrderMark.size());
  std::vector<Case> cases;
  std::size_t number = 0;
  for (const std::string_view line : base::split_lines(jsonl)) {
    ++number;
    if (base::trim(line).empty()) continue;
    std::string place = fmt::format("{}:{}", source, number);
    auto task_case = read_line(line, defaults);
    if (!task_case.has_value()) return std::move(task_case).error().in(place);
    task_case->source = std::move(place);
    cases.push_back(*std::move(task_case));
  }
  if (cases.empty()) {
    return base::bad_input("expected at least one case, found none",
                           "write one JSON object a line; docs/reference/task-files.md shows them",
                           std::string(source));
  }
  return cases;
}

base::Status reject_duplicate_ids(const std::vector<Case>& cases) {
  std::unordered_map<std::string_view, const Case*> seen;
  for (const Case& task_case : cases) {
    const auto [first, is_new] = seen.emplace(task_case.id, &task_case);
    if (is_new) continue;
    return base::bad_input(
        fmt::format("expected an id of its own, found {} again; it is first used at {}",
                    describe(base::Json(task_case.id)), first->second->source),
        "give one of the two another id", task_case.source + ": id");
  }
  return base::Done{};
}

}  // namespace assay::task
