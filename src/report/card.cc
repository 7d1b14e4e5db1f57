#include "report/card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "finding/cell_figures.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"

namespace assay::report {
namespace {

using base::Json;
using finding::CellFinding;
using finding::ModelFinding;
using finding::StudyFinding;

bool any_cell(const StudyFinding& finding, bool (*holds)(const CellFinding&)) {
  for (const ModelFinding& model : finding.models) {
    if (std::any_of(model.cells.begin(), model.cells.end(), holds)) return true;
  }
  return false;
}

bool has_cost(const CellFinding& cell) { return std::isfinite(cell.cost_usd_per_1000); }
bool has_memory(const CellFinding& cell) { return cell.memory_bytes_peak > 0; }

std::string machine_text(const Json& machine) {
  std::string text = base::string_member(machine, "cpu_model").value_or("unknown processor");
  if (auto cores = base::integer_member(machine, "cores_physical")) {
    text += fmt::format(", {}", finding::counted(*cores, "core"));
  }
  if (auto memory = base::number_member(machine, "memory_total_bytes")) {
    text += fmt::format(", {} of memory", bytes_text(*memory));
  }
  const Json* gpus = base::find_member(machine, "gpus");
  if (gpus != nullptr && gpus->is_array()) {
    for (const Json& gpu : *gpus) {
      if (gpu.is_string()) text += ", " + gpu.get<std::string>();
    }
  }
  if (auto system = base::string_member(machine, "operating_system")) text += ", " + *system;
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

void append_member(const Json& object, std::string_view key, std::string_view label,
                   std::string_view unit, std::vector<Fact>& facts) {
  const Json* member = base::find_member(object, key);
  if (member == nullptr || !member->is_number() || member->get<double>() <= 0) return;
  facts.push_back({std::string(label), fmt::format("{} {}", base::dump_json(*member), unit)});
}

}  // namespace

std::string bytes_text(double bytes) {
  return bytes > 0 ? base::human_bytes(static_cast<std::uint64_t>(bytes)) : "–";
}

std::vector<const CellFinding*> cells_that_moved(const ModelFinding& model) {
  std::vector<const CellFinding*> cells;
  for (const CellFinding& cell : model.cells) {
    const bool moved = finding::has_verdict(cell, stats::Verdict::Better) ||
                       finding::has_verdict(cell, stats::Verdict::Worse);
    if (moved) cells.push_back(&cell);
  }
  std::stable_sort(cells.begin(), cells.end(), [](const auto* left, const auto* right) {
    return std::abs(left->difference->delta) > std::abs(right->difference->delta);
  });
  return cells;
}

std::vector<const CellFinding*> cells_that_did_not(const ModelFinding& model) {
  std::vector<const CellFinding*> cells;
  for (const CellFinding& cell : model.cells) {
    const bool stayed = finding::has_verdict(cell, stats::Verdict::Equivalent) ||
                        finding::has_verdict(cell, stats::Verdict::Undecided) ||
                        finding::is_void(cell);
    if (stayed) cells.push_back(&cell);
  }
  return cells;
}

std::string trap_title(const finding::Trap& trap) {
  std::string title = trap.name;
  std::replace(title.begin(), title.end(), '_', ' ');
  return title;
}

bool is_chosen(const StudyFinding& finding, const ModelFinding& model, const CellFinding& cell) {
  const finding::Decision& decision = finding.decision;
  return decision.made && decision.model == model.model && decision.cell == cell.id;
}

const CellFinding* chosen_cell(const StudyFinding& finding) {
  for (const ModelFinding& model : finding.models) {
    for (const CellFinding& cell : model.cells) {
      if (is_chosen(finding, model, cell)) return &cell;
    }
  }
  return nullptr;
}

std::string spared_text(const StudyFinding& finding) {
  if (finding.state != "done" || finding.done >= finding.planned || finding.planned == 0) return "";
  return fmt::format(", {} spared", finding::percent(1 - static_cast<double>(finding.done) /
                                                             static_cast<double>(finding.planned)));
}

std::vector<Fact> scope_facts(const StudyFinding& finding) {
  std::vector<Fact> facts;
  facts.push_back({"Study", fmt::format("{} ({}), sha256 {}…", finding.name, finding.study,
                                        finding.hash.substr(0, 8))});
  if (finding.load.empty()) {
    facts.push_back({"Cases", joined(finding.packs)});
  } else {
    facts.push_back({"Load", "a burst is " + finding.load});
    facts.push_back({"Objectives", finding.objectives + ", each of every request"});
  }
  facts.push_back({"Design", fmt::format("one factor at a time, {} {} × {}, margin ±{}",
                                         finding.canaries, finding::words_of(finding).canaries,
                                         finding::counted(finding.repeats, "repeat"),
                                         finding::point_count(finding.margin))});
  facts.push_back({"Trials", fmt::format("{} of {} ({}{})", finding.done, finding.planned,
                                         finding.state, spared_text(finding))});
  facts.push_back({"Machine", machine_text(finding.machine)});
  if (!finding.engine.empty()) facts.push_back({"Engine", finding.engine});
  facts.push_back({"Date", finding.created});
  facts.push_back({"Time", fmt::format("{}, of which {} inside the models",
                                       base::human_duration(finding.wall_s),
                                       base::human_duration(finding.model_s))});
  return facts;
}

std::vector<Fact> limit_facts(const ModelFinding& model) {
  std::vector<Fact> facts;
  if (model.cells.empty()) return facts;
  const CellFinding& baseline = model.cells.front();
  const Json* guest = base::find_member(baseline.settings, "guest");
  const Json* request = base::find_member(baseline.settings, "request");
  if (guest != nullptr) append_member(*guest, "context_tokens", "Context", "tokens", facts);
  if (request != nullptr) append_member(*request, "max_tokens", "Reply", "tokens at most", facts);
  if (baseline.memory_bytes_peak > 0) {
    std::string memory =
        bytes_text(static_cast<double>(baseline.memory_bytes_peak)) + " at its peak";
    if (auto limit = base::number_member(model.fingerprint, "limit_bytes")) {
      memory += fmt::format(", guarded at {}", bytes_text(*limit));
    }
    facts.push_back({"Memory", memory});
  }
  if (baseline.load) {
    facts.push_back(
        {"Requests",
         fmt::format("{} in the baseline's {}, {} of them failed", baseline.load->requests,
                     finding::counted(baseline.n, "burst"), baseline.load->failed)});
    return facts;
  }
  facts.push_back({"Truncated",
                   fmt::format("{} of the baseline's {} replies", baseline.truncated, baseline.n)});
  return facts;
}

std::vector<Fact> identity_facts(const ModelFinding& model) {
  std::vector<Fact> facts{{"Model", model.description}};
  if (!model.url.empty()) facts.push_back({"Endpoint", model.url});
  if (auto hash = base::string_member(model.fingerprint, "file_sha256")) {
    facts.push_back({"File", "sha256 " + hash->substr(0, 16) + "…"});
  }
  return facts;
}

std::vector<Derivation> derivations(const StudyFinding& finding) {
  std::vector<Derivation> derivations{
      {"Every figure on this page",
       fmt::format("assay study report {} --format json", finding.study)},
      {"This page, from the journal again", fmt::format("assay study report {}", finding.study)},
      {fmt::format("{} of each cell, without assay's own code", finding::words_of(finding).heading),
       fmt::format("sqlite3 \"${{ASSAY_HOME:-.assay}}/journal.db\" \"SELECT cell, count(*), "
                   "round(avg(coalesce(score, 0)), 3) FROM trial WHERE study = '{}' AND outcome IN "
                   "('scored', 'limit', 'model_failure') GROUP BY cell\"",
                   finding.study)},
  };
  if (finding.decision.made) {
    const Json* guest = base::find_member(finding.decision.settings, "guest");
    const bool is_guest = guest != nullptr && guest->is_object();
    derivations.push_back(
        {"The recommended configuration", fmt::format("assay export {} --for {}", finding.study,
                                                      is_guest ? "llama-server" : "openai")});
  }
  return derivations;
}

std::vector<std::string> figure_headings(const StudyFinding& finding) {
  const finding::MeasureWords& words = finding::words_of(finding);
  std::vector<std::string> headings{"Cell", fmt::format("{} (95% interval)", words.heading),
                                    "Against baseline"};
  if (finding.verdicts) headings.emplace_back("Verdict");
  if (!finding.load.empty()) headings.emplace_back("Goodput");
  for (const std::string_view heading :
       {std::string_view("Tokens/s"), std::string_view("First token"), words.timed_heading,
        std::string_view(finding.load.empty() ? "Tokens out" : "Between tokens")}) {
    headings.emplace_back(heading);
  }
  if (any_cell(finding, has_memory)) headings.emplace_back("Memory");
  if (any_cell(finding, has_cost)) headings.emplace_back("USD per 1,000");
  return headings;
}

std::vector<std::string> figure_row(const StudyFinding& finding, const CellFinding& cell) {
  std::vector<std::string> row{finding::cell_label(cell)};
  row.push_back(cell.n == 0 ? "–"
                            : fmt::format("{} ({})", finding::percent(cell.accuracy),
                                          finding::percent_range(cell.accuracy_interval)));
  row.push_back(cell.difference ? fmt::format("{} {}", finding::points(cell.difference->delta),
                                              finding::points_range(cell.difference->interval))
                                : "");
  if (finding.verdicts) row.push_back(finding::verdict_word(cell));
  if (cell.load) row.push_back(finding::decimal(cell.load->goodput_per_s) + "/s");
  row.push_back(finding::decimal(cell.tokens_per_s));
  row.push_back(finding::milliseconds(cell.ttft_ms_p50));
  row.push_back(finding::milliseconds(cell.wall_ms_p50));
  row.push_back(cell.load ? finding::milliseconds(cell.load->itl_ms_p50)
                          : finding::decimal(cell.completion_tokens_mean));
  if (any_cell(finding, has_memory)) {
    row.push_back(bytes_text(static_cast<double>(cell.memory_bytes_peak)));
  }
  if (any_cell(finding, has_cost)) {
    row.push_back(has_cost(cell) ? fmt::format("{:.3f}", cell.cost_usd_per_1000) : "–");
  }
  return row;
}

}  // namespace assay::report
