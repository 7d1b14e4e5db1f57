// Which size of model a kind of task asks for, and with which settings to begin: the priors of the
// shortlist. They are there to be tested; a study decides. docs/reference/catalog.md gives their
// grounds. Pure.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "gguf/parameters.h"

namespace assay::catalog {

enum class TaskKind {
  Extraction,      ///< What is asked for stands in the text.
  Classification,  ///< A label, a tag, a route.
  Tools,           ///< Choosing a function and its arguments.
  Chat,
  Coding,
  Reasoning,  ///< More than three steps, arithmetic, synthesis of what is not stated.
};

/// "extraction", "classification", "tools", "chat", "coding", "reasoning".
std::string_view name_of(TaskKind task);
std::optional<TaskKind> task_named(std::string_view name);
std::span<const TaskKind> task_kinds();

/// The sizes in which models are made, by effective_billion().
enum class Tier {
  Tiny,    ///< Below 2.
  Small,   ///< 2 to 10: "2–7B".
  Medium,  ///< 10 to 50: "13–32B".
  Large,   ///< 50 and more: "70B+".
};

/// "tiny", "2-7B", "13-32B", "70B+".
std::string_view name_of(Tier tier);

/// The dense model, in billions of parameters, that a mixture of experts is roughly worth: the
/// geometric mean of its total and active parameters, a common rule of thumb; of a dense model its
/// total. Worked number: 30.5 total and 3.0 active are worth √(30.5 × 3.0) = 9.6.
double effective_billion(const gguf::ParameterCount& count, bool mixture);

Tier tier_of(double effective_billion);

/// How a tier suits a task. The two opposite mistakes: a 70B for what a 3B does twenty times
/// faster, and a 3B for what needs the reasoning of a 32B.
enum class Suit { Matching, Oversized, Undersized };

Suit suit_of(Tier tier, TaskKind task);

/// The smallest and the largest tier that match.
Tier least_tier(TaskKind task);
Tier most_tier(TaskKind task);

/// Whether the task is done by the smallest model that can do it, so that speed decides between
/// those that can, and not size.
bool is_easy(TaskKind task);

/// Where a study of a model of this tier begins.
struct StartingSettings {
  double temperature_low = 0;
  double temperature_high = 0;
  double top_p = 0;
  std::string_view context;       ///< "2k to 4k tokens".
  std::string_view quantization;  ///< "4-bit".
};

StartingSettings starting_settings(Tier tier);

}  // namespace assay::catalog
