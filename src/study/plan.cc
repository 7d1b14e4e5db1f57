#include "study/plan.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/check.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"
#include "gguf/header.h"
#include "study/burst.h"
#include "study/cells.h"
#include "study/design.h"
#include "study/dialogue.h"
#include "study/matrix.h"
#include "study/registration.h"
#include "study/schedule.h"

namespace assay::study {
namespace {

using base::Done;
using base::Json;
using base::Result;
using base::Status;

/// What an answer may take when neither max_tokens nor a context is known.
constexpr std::int64_t kAnswerTokensUnknown = 4096;
/// English text runs at about four bytes a token; three keeps the worst case on the safe side.
constexpr std::int64_t kBytesPerToken = 3;
/// Memory bandwidth assumed before anything is measured, in bytes a second.
constexpr double kGuessedBandwidth = 10e9;
constexpr double kGuessedEndpointTokensPerSecond = 40;
constexpr double kTokensPerSecondMost = 1000;

/// A stratified sample: every kind keeps its share (largest remainders), drawn by the study's seed.
std::vector<task::Case> sample(std::vector<task::Case> cases, std::int64_t wanted,
                               std::uint64_t seed) {
  const auto total = static_cast<std::int64_t>(cases.size());
  if (wanted == 0 || wanted >= total) return cases;
  std::map<std::string, std::vector<std::size_t>> by_kind;
  for (std::size_t i = 0; i < cases.size(); ++i) by_kind[cases[i].kind()].push_back(i);
  struct Share {
    std::string kind;
    std::int64_t count;
    double remainder;
  };
  std::vector<Share> shares;
  std::int64_t given = 0;
  for (auto& [kind, members] : by_kind) {
    base::Random(base::sha256_seed(fmt::format("sample {} {}", seed, kind)))
        .shuffle(std::span<std::size_t>(members));
    const double exact = static_cast<double>(wanted) * static_cast<double>(members.size()) /
                         static_cast<double>(total);
    shares.push_back({kind, static_cast<std::int64_t>(exact), exact - std::floor(exact)});
    given += shares.back().count;
  }
  std::stable_sort(shares.begin(), shares.end(),
                   [](const Share& a, const Share& b) { return a.remainder > b.remainder; });
  for (Share& share : shares) {
    if (given++ < wanted) ++share.count;
  }
  std::set<std::size_t> chosen;
  for (const Share& share : shares) {
    const auto& members = by_kind[share.kind];
    chosen.insert(members.begin(), members.begin() + share.count);
  }
  std::vector<task::Case> kept;
  kept.reserve(chosen.size());
  for (const std::size_t index : chosen) kept.push_back(std::move(cases[index]));
  return kept;
}

/// A file that the requests are made of is part of what the study is.
Status load_bursts(Plan& plan) {
  const load::BurstSeries& series = *plan.spec.load;
  plan.canaries = burst_canaries(series);
  for (const std::filesystem::path& file :
       {series.scenario.work.cases, series.scenario.work.settings_file}) {
    if (file.empty()) continue;
    ASSAY_TRY(std::string hash, base::sha256_hex_of_file(file));
    plan.packs.push_back({file.filename().string(), 0, std::move(hash)});
  }
  plan.notes.push_back(fmt::format("a trial is a burst of load: {}", describe(series)));
  return Done{};
}

Status load_tasks(Plan& plan) {
  if (plan.spec.load) return load_bursts(plan);
  std::vector<task::Case> cases;
  std::set<std::string> names;
  for (const auto& path : plan.spec.tasks) {
    ASSAY_TRY(task::Pack pack, task::load_pack(path));
    if (!names.insert(pack.name).second) {
      return base::bad_input(fmt::format("two task packs are called `{}`", pack.name),
                             "list each pack once in [study] tasks", path.string());
    }
    plan.packs.push_back({pack.name, pack.cases.size(), pack.hash});
    for (task::Case& item : pack.cases) {
      if (plan.spec.tasks.size() > 1) item.id = pack.name + "/" + item.id;
      cases.push_back(std::move(item));
    }
  }
  plan.canaries = sample(std::move(cases), plan.spec.canaries, plan.spec.seed);
  return Done{};
}

/// "llama, 2.2M parameters, F16, 4.2 MiB".
std::string describe(const gguf::Header& header) {
  const auto parameters = static_cast<double>(header.parameters());
  const std::string count = parameters >= 1e9 ? fmt::format("{:.1f}B", parameters / 1e9)
                                              : fmt::format("{:.1f}M", parameters / 1e6);
  return fmt::format("{}, {} parameters, {}, {}",
                     header.text("general.architecture").value_or("unknown architecture"), count,
                     header.quantization(), base::human_bytes(header.file_bytes));
}

Status check_models(Plan& plan) {
  if (plan.models.empty()) {
    return base::bad_input("the study has no model",
                           "add a [[model]] with `gguf`, or `url` and `model`; or give --models",
                           plan.spec.file.string());
  }
  for (ModelSpec& model : plan.models) {
    if (!model.is_guest()) continue;
    auto header = gguf::read_header(model.gguf);
    if (!header.has_value()) {
      return std::move(header).error().in(fmt::format("model `{}`", model.name));
    }
    model.description = describe(*header);
    model.quantization = header->quantization();
  }
  return Done{};
}

std::int64_t answer_tokens_worst(const Cell& cell, const ModelSpec& model) {
  if (const auto limit = base::integer_member(cell.request, "max_tokens")) return *limit;
  if (cell.guest.context_tokens > 0) return cell.guest.context_tokens;
  if (model.is_guest()) {
    const auto header = gguf::read_header(cell.guest.model);
    const auto trained =
        header.has_value() ? header->architecture_integer("context_length") : std::nullopt;
    if (trained) return static_cast<std::int64_t>(*trained);
  }
  return kAnswerTokensUnknown;
}

std::int64_t tokens_of(std::size_t bytes) {
  return static_cast<std::int64_t>(bytes) / kBytesPerToken + 1;
}

/// What the requests of one trial hold at most. Each turn sends all that was said before it,
/// answers of `answer` tokens included.
std::int64_t prompt_tokens(const Cell& cell, const task::Case& canary, std::int64_t answer) {
  std::int64_t said = tokens_of(
      base::dump_json(canary.messages).size() +
      std::max(cell.system_prompt.size(), cell.prompt.system.size()) + cell.prompt.user.size() +
      (canary.tools.is_null() ? 0 : base::dump_json(canary.tools).size()));
  std::int64_t sum = said;
  for (std::int64_t turn = 1; turn < turns_of(cell, canary); ++turn) {
    said += answer + tokens_of(canary.follow_ups[static_cast<std::size_t>(turn) - 1].size());
    sum += said;
  }
  return sum;
}

/// How fast a model answers one request, before anything ran.
double guessed_tokens_per_s(const ModelSpec& model) {
  if (!model.is_guest()) return kGuessedEndpointTokensPerSecond;
  std::error_code failure;
  const auto bytes = std::filesystem::file_size(model.gguf, failure);
  if (failure || bytes == 0) return kGuessedEndpointTokensPerSecond;
  return std::min(kGuessedBandwidth / static_cast<double>(bytes), kTokensPerSecondMost);
}

Envelope make_envelope(const Plan& plan) {
  Envelope envelope;
  for (const Cell& cell : plan.cells) {
    const ModelSpec& model = plan.models[cell.model];
    const std::int64_t answer = answer_tokens_worst(cell, model);
    std::int64_t prompts = 0;
    std::int64_t answers = 0;
    const auto trials = static_cast<std::int64_t>(plan.canaries.size()) * plan.spec.repeats;
    if (plan.spec.load) {
      const BurstTokens tokens = burst_tokens(plan, cell, guessed_tokens_per_s(model));
      prompts = tokens.prompts * trials;
      answers = tokens.answers * trials;
    }
    for (std::size_t i = 0; i < plan.canaries.size() && !plan.spec.load; ++i) {
      const task::Case& canary = plan.canaries[i];
      prompts += prompt_tokens(cell, canary, answer) * plan.spec.repeats;
      answers += answer * turns_of(cell, canary) * plan.spec.repeats;
    }
    envelope.runs += trials;
    envelope.tokens_worst += prompts + answers;
    envelope.wall_s_estimate += guessed_trial_s(plan, cell) * static_cast<double>(trials);
    if (model.price_input || model.price_output) {
      envelope.cost_usd_worst = envelope.cost_usd_worst.value_or(0) +
                                (static_cast<double>(prompts) * model.price_input.value_or(0) +
                                 static_cast<double>(answers) * model.price_output.value_or(0)) /
                                    1e6;
    }
  }
  return envelope;
}

/// Confirming takes one more cell where two factors could both win.
std::int64_t runs_of_confirmation(const Plan& plan) {
  std::int64_t cells = 0;
  for (std::size_t model = 0; model < plan.models.size(); ++model) {
    std::set<const Factor*> factors;
    for (const Cell& cell : plan.cells) {
      if (cell.model == model && cell.kind == CellKind::Level) factors.insert(cell.factor);
    }
    if (factors.size() > 1) ++cells;
  }
  return plan.verdicts()
             ? cells * static_cast<std::int64_t>(plan.canaries.size()) * plan.spec.repeats
             : 0;
}

std::string slug(std::string_view name) {
  std::string out;
  for (const char c : name.substr(0, 40)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (plain)
      out += c;
    else if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (!out.empty() && out.back() != '-')
      out += '-';
  }
  while (!out.empty() && out.back() == '-') out.pop_back();
  return out.empty() ? "study" : out;
}

std::string expected_text(const Json& expect) {
  return expect.is_string() ? expect.get<std::string>() : base::dump_json(expect);
}

}  // namespace

std::size_t baseline_of(const Plan& plan, std::size_t model) {
  const auto baseline = std::find_if(plan.cells.begin(), plan.cells.end(), [&](const Cell& cell) {
    return cell.model == model && cell.kind == CellKind::Baseline;
  });
  ASSAY_CHECK(baseline != plan.cells.end(), "every model has a baseline");
  return static_cast<std::size_t>(baseline - plan.cells.begin());
}

double guessed_trial_s(const Plan& plan, const Cell& cell) {
  const ModelSpec& model = plan.models[cell.model];
  const double tokens_per_s = guessed_tokens_per_s(model);
  if (plan.spec.load) return burst_s(plan, cell, tokens_per_s);
  const std::int64_t most = answer_tokens_worst(cell, model);
  double tokens = 0;
  for (const task::Case& canary : plan.canaries) {
    const auto answer =
        static_cast<std::int64_t>(expected_text(canary.expect).size()) / kBytesPerToken + 8;
    // A prompt's tokens are computed together, about ten times as fast as an answer's.
    tokens += static_cast<double>(std::min(most, answer) * turns_of(cell, canary)) +
              static_cast<double>(prompt_tokens(cell, canary, answer)) / 10.0;
  }
  const auto canaries = static_cast<double>(std::max<std::size_t>(plan.canaries.size(), 1));
  return tokens / canaries / tokens_per_s;
}

std::string exceeded_bound(const Envelope& envelope, const Budget& budget) {
  if (budget.runs && envelope.runs > *budget.runs) {
    return fmt::format("{} runs exceed the budget of {}", envelope.runs, *budget.runs);
  }
  if (budget.tokens && envelope.tokens_worst > *budget.tokens) {
    return fmt::format("up to {} tokens exceed the budget of {}", envelope.tokens_worst,
                       *budget.tokens);
  }
  if (budget.wall_s && envelope.wall_s_estimate > *budget.wall_s) {
    return fmt::format("about {} exceed the budget of {}",
                       base::human_duration(envelope.wall_s_estimate),
                       base::human_duration(*budget.wall_s));
  }
  if (budget.cost_usd && envelope.cost_usd_worst.value_or(0) > *budget.cost_usd) {
    return fmt::format("up to {:.2f} USD exceed the budget of {:.2f} USD", *envelope.cost_usd_worst,
                       *budget.cost_usd);
  }
  return "";
}

Result<Plan> make_plan(StudySpec spec, const PlanOptions& options) {
  if (spec.repeats < 3 && !options.allow_single) {
    return base::bad_input(
        fmt::format("expected at least 3 repeats, found {}: one run proves nothing", spec.repeats),
        "set repeats = 3, or give --allow-single to run without verdicts",
        fmt::format("{}: [study] repeats", spec.file.string()));
  }
  Plan plan;
  plan.models = options.models.empty() ? spec.models : options.models;
  plan.spec = std::move(spec);
  ASSAY_TRY_DONE(check_models(plan));
  ASSAY_TRY_DONE(load_tasks(plan));
  ASSAY_TRY_DONE(add_cells(plan, options.home));
  ASSAY_TRY_DONE(validate_matrix(plan));
  plan.design = make_design(plan, options.fixed);
  plan.hash = base::sha256_hex(base::dump_json(identity_json(plan)));
  plan.id = slug(plan.spec.name) + "-" + plan.hash.substr(0, 8);
  plan.schedule = make_schedule(plan);
  plan.envelope = make_envelope(plan);
  plan.envelope.runs_confirmation = runs_of_confirmation(plan);
  ASSAY_CHECK(static_cast<std::int64_t>(plan.schedule.size()) == plan.envelope.runs,
              "the schedule holds every run of the envelope");
  return plan;
}

}  // namespace assay::study
