#include "load/run_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <tuple>

#include "base/file.h"
#include "base/text.h"
#include "load/record_file.h"
#include "load/run_json.h"

namespace assay::load {
namespace {

using base::Done;
using base::Result;
using base::Status;

constexpr std::string_view kRunFile = "run.json";
constexpr std::size_t kListedMost = 10;

bool is_run(const std::filesystem::path& folder) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(folder / kRunFile, ignored);
}

struct FoundRun {
  RunHead head;
  std::filesystem::path folder;
};

/// Latest first. What cannot be read has its folder's name for an id and comes last, so that asking
/// for it by name leads to the error that says what is wrong.
std::vector<FoundRun> runs_in(const std::filesystem::path& runs) {
  std::vector<FoundRun> found;
  std::error_code failure;
  for (const auto& entry : std::filesystem::directory_iterator(runs, failure)) {
    if (!is_run(entry.path())) continue;
    auto head = read_run_head(entry.path() / kRunFile);
    found.push_back(
        {head.has_value() ? std::move(*head) : RunHead{entry.path().filename().string(), -1},
         entry.path()});
  }
  std::sort(found.begin(), found.end(), [](const FoundRun& left, const FoundRun& right) {
    return std::tie(left.head.started_unix_ms, left.head.id) >
           std::tie(right.head.started_unix_ms, right.head.id);
  });
  return found;
}

std::string listed(const std::vector<FoundRun>& runs) {
  std::vector<std::string_view> ids;
  for (std::size_t i = 0; i < std::min(runs.size(), kListedMost); ++i) {
    ids.push_back(runs[i].head.id);
  }
  return fmt::format("there {}, latest first: {}{}", runs.size() == 1 ? "is" : "are",
                     fmt::join(ids, ", "), runs.size() > kListedMost ? " ..." : "");
}

/// How many runs before the latest: 0 for "latest", n for "latest~n".
std::optional<std::size_t> steps_back(std::string_view name) {
  constexpr std::string_view kLatest = "latest";
  if (!name.starts_with(kLatest)) return std::nullopt;
  name.remove_prefix(kLatest.size());
  if (name.empty()) return 0;
  if (name.front() != '~') return std::nullopt;
  std::size_t steps = 0;
  const char* const end = name.data() + name.size();
  const auto [behind, failure] = std::from_chars(name.data() + 1, end, steps);
  if (failure != std::errc() || behind != end) return std::nullopt;
  return steps;
}

Result<std::filesystem::path> find_by_id(const std::vector<FoundRun>& runs,
                                         const std::string& name) {
  std::vector<FoundRun> begin_so;
  for (const FoundRun& run : runs) {
    if (run.head.id == name) return run.folder;
    if (run.head.id.starts_with(name)) begin_so.push_back(run);
  }
  if (begin_so.size() == 1) return begin_so.front().folder;
  if (!begin_so.empty()) {
    return base::bad_input(
        fmt::format("{} runs have an id that begins with `{}`", begin_so.size(), name),
        listed(begin_so));
  }
  return base::bad_input(fmt::format("there is no run `{}`", name), listed(runs));
}

Status check_stages(const StoredTarget& target, const std::filesystem::path& folder) {
  const auto& records = target.run.records;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].stage < target.run.stages.size()) continue;
    return base::bad_input(fmt::format("request {} belongs to stage {}, but {} has {} of them", i,
                                       records[i].stage, kRunFile, target.run.stages.size()),
                           "the records are of another run; copy the run's folder as a whole",
                           folder.string());
  }
  return Done{};
}

void note_cut(const std::string& cut, TargetRun& run) {
  if (cut.empty()) return;
  if (!run.stopped_early.empty()) run.stopped_early += "; ";
  run.stopped_early += cut;
}

}  // namespace

std::filesystem::path target_folder(const std::filesystem::path& run_folder, std::size_t target) {
  return run_folder / fmt::format("target-{}", target + 1);
}

Status write_run(const std::filesystem::path& folder, const StoredRun& run) {
  return base::write_file(folder / kRunFile, base::dump_json(json_of(run)) + "\n");
}

Result<StoredRun> read_run_file(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / kRunFile;
  if (!is_run(folder)) {
    return base::bad_input("expected the file of a run, found none",
                           "a run that was broken off has none; its records may still be there",
                           file.string());
  }
  ASSAY_TRY(const std::string text, base::read_file(file));
  auto json = base::parse_json(text);
  if (!json.has_value()) return std::move(json).error().in(file.string());
  auto run = run_of(*json);
  if (!run.has_value()) return std::move(run).error().in(file.string());
  return run;
}

Result<StoredRun> read_run(const std::filesystem::path& folder) {
  ASSAY_TRY(StoredRun run, read_run_file(folder));
  if (run.targets.empty()) {
    return base::bad_input("expected a run of one target or more, found none",
                           "the file was changed by hand; run the test again",
                           (folder / "run.json").string());
  }
  for (std::size_t i = 0; i < run.targets.size(); ++i) {
    StoredTarget& target = run.targets[i];
    const std::filesystem::path records = target_folder(folder, i);
    std::string cut;
    ASSAY_TRY(target.run.records, read_requests(records, &cut));
    note_cut(cut, target.run);
    ASSAY_TRY_DONE(check_stages(target, records));
  }
  return run;
}

Result<std::filesystem::path> find_run(const std::filesystem::path& runs, const std::string& name) {
  const std::filesystem::path path(name);
  if (!name.empty() && is_run(path)) return path;
  const std::vector<FoundRun> found = runs_in(runs);
  if (found.empty()) {
    return base::bad_input(fmt::format("there is no run `{}`: none was kept yet", name),
                           "run `assay load` first, or name the folder of a run", runs.string());
  }
  const auto back = steps_back(name);
  if (!back) {
    auto by_id = find_by_id(found, name);
    return by_id.has_value() ? std::move(by_id) : std::move(by_id).error().in(runs.string());
  }
  if (*back < found.size()) return found[*back].folder;
  return base::bad_input(
      fmt::format("expected at most latest~{}, found {}", found.size() - 1, name), listed(found),
      runs.string());
}

}  // namespace assay::load
