// The smoke run: before any trial, each model must answer one canary, accept one with tools where
// the study has such cases, and show its speed. A failure blocks the study.
#pragma once

#include <cstdint>
#include <string>

#include "base/context.h"
#include "base/result.h"
#include "net/runtime.h"
#include "study/plan.h"
#include "study/target.h"

namespace assay::study {

/// What one model showed.
struct SmokeResult {
  std::string model;
  double tokens_per_s = 0;      ///< While decoding; 0 when no answer was longer than a token.
  double trial_s_mean = 0;      ///< Of the canaries asked.
  std::int64_t asked = 0;       ///< Canaries that were answered.
  std::int64_t overflowed = 0;  ///< Canaries that do not fit the context.
  bool tools_asked = false;
  bool tool_called = false;  ///< The model answered the canary with tools by a call.
  base::Json to_json() const;
};

/// Prepares the target for the model's baseline and asks. Errors: SmokeFailed with the endpoint's
/// own words, or whatever preparing gave; Interrupted.
base::Result<SmokeResult> smoke(const base::Context& context, net::Runtime& runtime,
                                const Plan& plan, const Cell& baseline, Target& target);

/// How long one trial of the cell may take: ten times what the smoke run's speed predicts for its
/// longest answer, at least 30 s; the study's own timeout_s when it has one.
double trial_timeout_s(const Plan& plan, const Cell& cell, const SmokeResult& smoke);

}  // namespace assay::study
