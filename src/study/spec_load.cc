#include "study/spec_load.h"

#include <fmt/core.h>

#include <algorithm>

namespace assay::study {
namespace {

using base::Done;
using base::Status;

/// Why the factor cannot be set or moved in this study; empty: it can.
std::string objection(const Factor& factor, const StudySpec& spec) {
  if (!spec.load) {
    return factor.place == FactorPlace::Load ? "needs a study that measures under load" : "";
  }
  switch (factor.place) {
    case FactorPlace::Prompt:
    case FactorPlace::Dialogue:
      return "is about how cases are asked, and a study of load has none";
    case FactorPlace::Load: {
      const bool is_open = spec.load->rate > 0;
      if ((factor.name == "load_rate") == is_open) return "";
      return is_open ? "needs [load] with `concurrency`" : "needs [load] with `rate`";
    }
    case FactorPlace::Request:
      if (factor.name == "max_tokens" && spec.load->scenario.work.output_tokens.low > 0) {
        return "is what `output_tokens` of [load.work] says already";
      }
      return "";
    case FactorPlace::Guest:
      break;
  }
  return "";
}

Status check_factor(const Factor& factor, const StudySpec& spec, const std::string& place) {
  const std::string why = objection(factor, spec);
  if (why.empty()) return Done{};
  return base::bad_input(fmt::format("`{}` {}", factor.name, why),
                         spec.load ? "leave it out, or move it in a study of tasks"
                                   : "add a table [load] in place of [study] tasks",
                         place);
}

std::string place_of(const SpecReader& reader, const toml::table& document, std::string_view table,
                     std::string_view key) {
  const toml::node* node = document.at_path(fmt::format("{}.{}", table, key)).node();
  const std::string name = fmt::format("[{}] {}", table, key);
  return node == nullptr ? fmt::format("{}: {}", reader.source, name)
                         : base::toml_place(reader.source, *node, name);
}

/// Keys of [study] that are about cases.
Status check_study(const SpecReader& reader, const toml::table& document) {
  const toml::table* study = document.get_as<toml::table>("study");
  struct Other {
    std::string_view key;
    std::string_view hint;
  };
  for (const Other& other : {Other{"canaries", "say how many bursts there are: [load] bursts"},
                             Other{"timeout_s",
                                   "say how long a request may take: [load] "
                                   "timeout_s"}}) {
    const toml::node* node = study == nullptr ? nullptr : study->get(other.key);
    if (node == nullptr) continue;
    return base::bad_input(fmt::format("[study] `{}` is about cases, not load", other.key),
                           std::string(other.hint),
                           base::toml_place(reader.source, *node, "[study]"));
  }
  return Done{};
}

}  // namespace

Status read_load(const SpecReader& reader, const toml::table& document, StudySpec& spec) {
  const toml::node* node = document.get("load");
  if (node == nullptr) return Done{};
  const auto* table = node->as_table();
  if (table == nullptr) return base::toml_mismatch(reader.source, *node, "load", "a table");
  ASSAY_TRY(spec.load, load::read_bursts(reader.source, reader.folder, *table));
  return Done{};
}

Status check_load(const SpecReader& reader, const toml::table& document, const StudySpec& spec) {
  if (spec.load) ASSAY_TRY_DONE(check_study(reader, document));
  for (const Setting& setting : spec.baseline) {
    const std::string place = place_of(reader, document, "baseline", setting.factor->name);
    ASSAY_TRY_DONE(check_factor(*setting.factor, spec, place));
    if (setting.factor->place != FactorPlace::Load) continue;
    return base::bad_input(fmt::format("`{}` has its baseline in [load]", setting.factor->name),
                           "leave it out here", place);
  }
  for (const FactorLevels& row : spec.factors) {
    ASSAY_TRY_DONE(
        check_factor(*row.factor, spec, place_of(reader, document, "factors", row.factor->name)));
  }
  for (const NamedCell& cell : spec.cells) {
    for (const Setting& setting : cell.set) {
      ASSAY_TRY_DONE(check_factor(*setting.factor, spec, cell.place));
    }
  }
  return Done{};
}

}  // namespace assay::study
