// The part of a run before its trials: targets, files, the envelope, the smoke run, the arms.
#include <fmt/core.h>

#include <algorithm>
#include <ostream>

#include "base/text.h"
#include "endpoint/guest_command.h"
#include "gguf/header.h"
#include "gguf/roof.h"
#include "host/machine.h"
#include "scope/scope.h"
#include "study/burst.h"
#include "study/quantization.h"
#include "study/run.h"

namespace assay::study {

using base::Done;
using base::Json;
using base::Status;

namespace {

/// The machine as it is, and which measurement of it is the newest; a study needs none.
Json machine_detail(const base::Context& context) {
  Json detail = host::read_machine(context.home).to_json();
  const auto known = scope::known_scope(context);
  if (known.has_value() && *known) {
    detail["scope"] = {{"id", (*known)->id},
                       {"measured_unix_ms", (*known)->measured_unix_ms},
                       {"read_bytes_per_s", (*known)->speed.read_bytes_per_s}};
  }
  return detail;
}

/// Why a guest cannot have been as fast as it seemed; none when it can, or when this machine's
/// memory was never measured.
std::optional<std::string> why_too_fast(const base::Context& context, const Cell& cell,
                                        double tokens_per_s) {
  if (cell.guest.model.empty() || tokens_per_s <= 0) return std::nullopt;
  const auto known = scope::known_scope(context);
  if (!known.has_value() || !*known) return std::nullopt;
  const auto header = gguf::read_header(cell.guest.model);
  if (!header.has_value()) return std::nullopt;
  const gguf::MachineSpeed& speed = (*known)->speed;
  return gguf::why_impossible({tokens_per_s, 0}, *header, endpoint::load_settings(cell.guest),
                              {speed.read_bytes_per_s, speed.cache_bytes});
}

}  // namespace

Status Run::open_targets() {
  const std::filesystem::path folder = study_folder(context_, plan_.id);
  const TargetFolders folders{context_.home, context_.home / "run", folder / "logs"};
  std::error_code failure;
  std::filesystem::create_directories(folders.logs, failure);
  if (failure)
    return base::errno_error(failure.value(), "create the folder", folders.logs.string());
  for (const endpoint::StaleGuest& stale : endpoint::find_stale_guests(folders.run)) {
    context_.err << fmt::format(
        "warning: a llama-server that an earlier assay left behind still runs (pid {}); it takes "
        "memory and time from this study\n         end it with `kill {}`\n",
        stale.pid, stale.pid);
  }
  std::optional<endpoint::Engine> engine;
  const bool any_guest = std::any_of(plan_.models.begin(), plan_.models.end(),
                                     [](const ModelSpec& model) { return model.is_guest(); });
  if (any_guest) {
    ASSAY_TRY(engine, endpoint::find_engine(context_));
    ASSAY_TRY_DONE(event("engine", "", {{"version", engine->version}, {"source", engine->source}}));
    ASSAY_TRY_DONE(make_files(*engine));
  }
  ASSAY_TRY_DONE(event("machine", "", machine_detail(context_)));
  for (const ModelSpec& model : plan_.models) {
    targets_.push_back(
        std::make_unique<Target>(context_, model, engine, folders, event_sink(), file_digests_));
  }
  return Done{};
}

/// Makes every quantization the trials still ahead need, so that a level that cannot be made ends
/// the study before it has cost time.
Status Run::make_files(const endpoint::Engine& engine) {
  for (const Cell& cell : plan_.cells) {
    const ModelSpec& model = plan_.models[cell.model];
    if (cell.quantization.empty() || cell.guest.model == model.gguf) continue;
    if (trials_left_[cell.model] == 0) continue;
    ASSAY_TRY_DONE(
        make_quantized(context_, engine, model.gguf, cell.quantization, cell.guest.model));
  }
  return Done{};
}

Status Run::accept(const Envelope& envelope, std::string_view basis) {
  const std::string broken = exceeded_bound(envelope, plan_.spec.budget);
  if (broken.empty() && plan_.spec.budget.any()) return Done{};
  const std::string why =
      broken.empty() ? "the study file names no budget" : fmt::format("{} ({})", broken, basis);
  if (options_.accept_envelope) {
    if (!broken.empty()) context_.err << fmt::format("note: {}; accepted by --yes\n", why);
    return Done{};
  }
  if (options_.confirm && options_.confirm(fmt::format("{}. Run it?", why))) return Done{};
  return base::Error{base::ErrorKind::BudgetRefused, fmt::format("not started: {}", why),
                     broken.empty() ? "name a budget in [study], or accept the envelope with --yes"
                                    : "raise the budget in [study], ask for less, or accept the "
                                      "envelope with --yes",
                     ""};
}

Status Run::smoke_models() {
  smokes_.resize(plan_.models.size());
  trial_s_mean_.assign(plan_.models.size(), 0);
  for (std::size_t model = 0; model < plan_.models.size(); ++model) {
    if (trials_left_[model] > 0) ASSAY_TRY_DONE(smoke_model(model));
  }
  return Done{};
}

Status Run::smoke_model(std::size_t model) {
  Target& target = *targets_[model];
  const std::size_t baseline = baseline_of(plan_, model);
  context_.err << fmt::format("smoke  {:<24} ", plan_.models[model].name) << std::flush;
  auto result = plan_.spec.load ? smoke_burst(context_, plan_, plan_.cells[baseline], target)
                                : smoke(context_, runtime_, plan_, plan_.cells[baseline], target);
  if (!result.has_value()) {
    context_.err << "failed\n";
    static_cast<void>(event("smoke", plan_.models[model].name,
                            {{"ok", false}, {"message", result.error().message}}));
    return std::move(result).error();
  }
  Json record = result->to_json();
  const auto rejected = why_too_fast(context_, plan_.cells[baseline], result->tokens_per_s);
  if (rejected) {
    record["tokens_per_s_rejected"] = *rejected;
    result->tokens_per_s = 0;
  }
  ASSAY_TRY_DONE(event("smoke", result->model, record));
  context_.err << fmt::format("ok  {:5.0f} tok/s  {:>7} a trial{}\n", result->tokens_per_s,
                              base::human_duration(result->trial_s_mean),
                              result->tools_asked && !result->tool_called
                                  ? "  (no tool call on the canary with tools)"
                                  : "");
  if (rejected) context_.err << fmt::format("warning: its speed is rejected: {}\n", *rejected);
  trial_s_mean_[model] = result->trial_s_mean;
  smokes_[model] = std::move(*result);
  ASSAY_TRY_DONE(check_arms(cells_of_group(groups_[baseline]), target));
  return target.release();
}

/// Cells that turn out void are not run.
Status Run::check_arms(const std::vector<std::size_t>& cells, Target& target) {
  if (cells.empty()) return Done{};
  const double model_before_s = arms_.model_s();
  ASSAY_TRY_DONE(arms_.check(cells, target, *smokes_[plan_.cells[cells.front()].model]));
  model_s_ += arms_.model_s() - model_before_s;
  for (const std::size_t cell : cells) {
    if (arms_.state(cell) == ArmState::Void) watch_.set_void(cell);
  }
  count_left();
  return Done{};
}

}  // namespace assay::study
