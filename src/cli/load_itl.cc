#include "cli/load_itl.h"

#include <fmt/format.h>

#include "cli/column_table.h"
#include "report/load_words.h"

namespace assay::cli {
namespace {

using base::Json;

void add_row(ColumnTable& table, const load::ItlSummary& summary) {
  const auto time = [&](double ms) {
    return summary.values > 0 ? report::ms_text(ms) : std::string("–");
  };
  table.add({std::string(load::name_of(summary.convention)), report::count_text(summary.values),
             time(summary.ms_mean), time(summary.ms_p50), time(summary.ms_p95),
             time(summary.ms_p99), std::string(load::formula_of(summary.convention))});
}

Json json_of(const load::ItlSummary& summary) {
  return {{"convention", load::name_of(summary.convention)},
          {"formula", load::formula_of(summary.convention)},
          {"values", summary.values},
          {"mean", summary.ms_mean},
          {"p50", summary.ms_p50},
          {"p95", summary.ms_p95},
          {"p99", summary.ms_p99},
          {"one_request_in", summary.one_request_in}};
}

}  // namespace

base::Result<std::vector<ItlBeside>> itl_beside(const std::filesystem::path& folder,
                                                const load::StoredRun& run,
                                                load::ItlConvention convention) {
  std::vector<ItlBeside> targets;
  for (std::size_t i = 0; i < run.targets.size(); ++i) {
    const load::TargetRun& target = run.targets[i].run;
    const auto summary = [&](load::ItlConvention which) {
      return load::summarise_itl(load::target_folder(folder, i), target.records, target.stages,
                                 which);
    };
    ItlBeside beside;
    beside.target = run.targets[i].target.name;
    ASSAY_TRY(beside.theirs, summary(convention));
    ASSAY_TRY(beside.ours, summary(load::ItlConvention::Assay));
    targets.push_back(std::move(beside));
  }
  return targets;
}

std::string itl_text(const std::vector<ItlBeside>& targets) {
  std::string text;
  for (const ItlBeside& beside : targets) {
    const std::size_t one_in = beside.theirs.one_request_in;
    text += fmt::format("\nTime between tokens as {} computes it{}{}\n",
                        load::name_of(beside.theirs.convention),
                        targets.size() > 1 ? ", " + beside.target : "",
                        one_in > 1 ? fmt::format(" (of 1 request in {})", one_in) : "");
    ColumnTable table({{""},
                       {"values", true},
                       {"mean", true},
                       {"p50", true},
                       {"p95", true},
                       {"p99", true},
                       {"is"}});
    add_row(table, beside.theirs);
    add_row(table, beside.ours);
    text += table.to_text();
  }
  return text;
}

base::Json itl_json(const std::vector<ItlBeside>& targets) {
  Json list = Json::array();
  for (const ItlBeside& beside : targets) {
    list.push_back({{"target", beside.target},
                    {"theirs", json_of(beside.theirs)},
                    {"ours", json_of(beside.ours)}});
  }
  return list;
}

}  // namespace assay::cli
