// Which canaries are asked to find out whether settings take effect. Called by Arms. Pure.
#pragma once

#include <vector>

#include "study/plan.h"

namespace assay::study {

/// How many canaries are asked; a few more where settings that only some canaries show (tools,
/// turns) need them.
inline constexpr std::size_t kProbesMost = 8;

/// The canaries likely to show an effect, among them for every level some whose request it changes.
/// Pointers into the plan.
std::vector<const task::Case*> choose_probes(const Plan& plan);

/// Whether the level changes anything that is sent for this canary. Settings of a server, which no
/// request shows, count as a change.
bool shows_on(const Cell& baseline, const Cell& level, const task::Case& canary);

}  // namespace assay::study
