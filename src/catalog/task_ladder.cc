#include "catalog/task_ladder.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace assay::catalog {
namespace {

struct TaskRow {
  TaskKind task;
  std::string_view name;
  Tier least;  ///< Smaller ones are undersized.
  Tier most;   ///< Larger ones are oversized.
  bool easy;
};

constexpr std::array kTasks{
    TaskRow{TaskKind::Extraction, "extraction", Tier::Small, Tier::Small, true},
    TaskRow{TaskKind::Classification, "classification", Tier::Small, Tier::Small, true},
    TaskRow{TaskKind::Tools, "tools", Tier::Small, Tier::Medium, true},
    TaskRow{TaskKind::Chat, "chat", Tier::Small, Tier::Medium, false},
    TaskRow{TaskKind::Coding, "coding", Tier::Medium, Tier::Large, false},
    TaskRow{TaskKind::Reasoning, "reasoning", Tier::Medium, Tier::Large, false},
};

constexpr std::array kTaskKinds{TaskKind::Extraction, TaskKind::Classification,
                                TaskKind::Tools,      TaskKind::Chat,
                                TaskKind::Coding,     TaskKind::Reasoning};

const TaskRow& row_of(TaskKind task) {
  for (const TaskRow& row : kTasks) {
    if (row.task == task) return row;
  }
  ASSAY_UNREACHABLE("every kind of task has a row");
}

}  // namespace

std::string_view name_of(TaskKind task) { return row_of(task).name; }

std::optional<TaskKind> task_named(std::string_view name) {
  for (const TaskRow& row : kTasks) {
    if (row.name == name) return row.task;
  }
  return std::nullopt;
}

std::span<const TaskKind> task_kinds() { return kTaskKinds; }

std::string_view name_of(Tier tier) {
  switch (tier) {
    case Tier::Tiny:
      return "tiny";
    case Tier::Small:
      return "2-7B";
    case Tier::Medium:
      return "13-32B";
    case Tier::Large:
      return "70B+";
  }
  return "";
}

double effective_billion(const gguf::ParameterCount& count, bool mixture) {
  const double total = static_cast<double>(count.total) / 1e9;
  return mixture ? std::sqrt(total * (static_cast<double>(count.active) / 1e9)) : total;
}

Tier tier_of(double effective_billion) {
  if (effective_billion < 2) return Tier::Tiny;
  if (effective_billion < 10) return Tier::Small;
  return effective_billion < 50 ? Tier::Medium : Tier::Large;
}

Suit suit_of(Tier tier, TaskKind task) {
  const TaskRow& row = row_of(task);
  if (tier < row.least) return Suit::Undersized;
  return tier > row.most ? Suit::Oversized : Suit::Matching;
}

Tier least_tier(TaskKind task) { return row_of(task).least; }

Tier most_tier(TaskKind task) { return row_of(task).most; }

bool is_easy(TaskKind task) { return row_of(task).easy; }

StartingSettings starting_settings(Tier tier) {
  switch (tier) {
    case Tier::Tiny:
    case Tier::Small:
      return {0.7, 0.8, 0.9, "2k to 4k tokens", "4-bit"};
    case Tier::Medium:
      return {0.6, 0.7, 0.92, "4k to 8k tokens", "8-bit"};
    case Tier::Large:
      return {0.5, 0.6, 0.95, "8k to 32k tokens", "unquantized"};
  }
  ASSAY_UNREACHABLE("every tier has starting settings");
}

}  // namespace assay::catalog
