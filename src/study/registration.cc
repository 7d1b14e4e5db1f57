#include "study/registration.h"

#include "base/hash.h"
#include "study/cells.h"
#include "study/prompt.h"

namespace assay::study {
namespace {

using base::Json;

Json or_null(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

}  // namespace

Json decision_json(const DecisionRule& rule) {
  return {{"accuracy_least", or_null(rule.accuracy_least)},
          {"ttft_ms_most", or_null(rule.ttft_ms_most)},
          {"memory_bytes_most", or_null(rule.memory_bytes_most)},
          {"cost_usd_per_1000_most", or_null(rule.cost_usd_per_1000_most)},
          {"rank", rule.rank}};
}

Json identity_json(const Plan& plan) {
  Json identity = {{"format", 2},
                   {"name", plan.spec.name},
                   {"repeats", plan.spec.repeats},
                   {"seed", plan.spec.seed},
                   {"margin", plan.spec.margin},
                   {"alpha", plan.design.alpha},
                   {"looks", plan.design.looks},
                   {"futility", plan.design.futility},
                   {"spending", std::string(stats::name_of(plan.design.spending))},
                   {"decision", decision_json(plan.spec.decision)},
                   {"timeout_s", or_null(plan.spec.timeout_s)},
                   {"baseline", settings_json(plan.spec.baseline)}};
  for (const FactorLevels& row : plan.spec.factors) {
    identity["factors"][std::string(row.factor->name)] = row.levels;
  }
  for (const NamedCell& cell : plan.spec.cells) {
    identity["cells"][cell.name] = settings_json(cell.set);
  }
  for (const PromptTemplate& prompt : plan.spec.prompts) {
    identity["prompts"][prompt.name] = prompt_json(prompt);
  }
  if (plan.spec.load) identity["load"] = plan.spec.load->text;
  for (const PackSummary& pack : plan.packs) identity["packs"].push_back(pack.hash);
  for (const task::Case& canary : plan.canaries) identity["canaries"].push_back(canary.id);
  for (const ModelSpec& model : plan.models) {
    identity["models"].push_back({{"name", model.name},
                                  {"gguf", model.gguf_as_written},
                                  {"url", model.url},
                                  {"model", model.model}});
  }
  return identity;
}

Json registration_json(const Plan& plan, const std::string& plan_text) {
  Json registration = {{"study", plan.id},
                       {"identity", identity_json(plan)},
                       {"plan_sha256", base::sha256_hex(plan_text)}};
  std::string hash = base::sha256_hex(base::dump_json(registration));
  return {{"hash", std::move(hash)}, {"registration", std::move(registration)}};
}

}  // namespace assay::study
