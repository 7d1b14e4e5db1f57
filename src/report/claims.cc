#include "report/claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "report/card.h"

namespace assay::report {
namespace {

using finding::CellFinding;
using finding::ModelFinding;
using finding::StudyFinding;

constexpr const char* kCounted = "outcome IN ('scored', 'limit', 'model_failure')";

std::string sqlite(std::string_view query) {
  return fmt::format("sqlite3 -readonly \"${{ASSAY_HOME:-.assay}}/journal.db\" \"{}\"", query);
}

/// Writes the claims of one card.
class Writer {
 public:
  Writer(const StudyFinding& finding, const ModelFinding& model)
      : finding_(finding),
        model_(model),
        model_index_(static_cast<std::size_t>(&model - finding.models.data())) {}

  std::vector<Claim> write() {
    by_report("decision", finding_.decision.headline, "/decision/headline", "/decision/headline");
    by_report("caveat", finding_.decision.caveat, "/decision/caveat", "/decision/caveat");
    for (std::size_t index = 0; index < model_.cells.size(); ++index) {
      const CellFinding& cell = model_.cells[index];
      accuracy(cell, index);
      difference(cell, index);
      if (index == 0 || is_chosen(finding_, model_, cell)) costs(cell, index);
    }
    file();
    return std::move(claims_);
  }

 private:
  void add(std::string id, std::string sentence, std::string path, std::string command) {
    claims_.push_back({std::move(id), std::move(sentence), std::move(path), std::move(command)});
  }

  void by_report(std::string id, std::string sentence, std::string path,
                 const std::string& report_path) {
    add(std::move(id), std::move(sentence), std::move(path),
        fmt::format("assay study report {} --at {}", finding_.study, report_path));
  }

  /// Figures of a cell stand in the report under the same names.
  void cell_by_report(const CellFinding& cell, std::size_t index, const std::string& member,
                      std::string sentence) {
    by_report(cell.id + " " + member, std::move(sentence),
              fmt::format("/model/cells/{}/{}", index, member),
              fmt::format("/models/{}/cells/{}/{}", model_index_, index, member));
  }

  void cell_by_sql(const CellFinding& cell, std::size_t index, const std::string& member,
                   std::string sentence, std::string_view query) {
    add(cell.id + " " + member, std::move(sentence),
        fmt::format("/model/cells/{}/{}", index, member), sqlite(query));
  }

  std::string trials_of(std::string_view cell) const {
    return fmt::format("study = {} AND cell = {}", sql_literal(finding_.study), sql_literal(cell));
  }

  /// Each canary's mean over its counted trials.
  std::string canary_means(std::string_view cell) const {
    return fmt::format(
        "(SELECT canary, avg(coalesce(score, 0)) AS mean FROM trial WHERE {} AND {} "
        "GROUP BY canary)",
        trials_of(cell), kCounted);
  }

  void accuracy(const CellFinding& cell, std::size_t index) {
    const std::string label = finding::cell_label(cell);
    if (!std::isfinite(cell.accuracy)) return;
    cell_by_sql(
        cell, index, "accuracy",
        cell.load
            ? fmt::format("{}: {} of the requests of {} met the objectives (95% interval "
                          "{}).",
                          label, finding::percent(cell.accuracy), finding::counted(cell.n, "burst"),
                          finding::percent_range(cell.accuracy_interval))
            : fmt::format("{} is right in {} of {} (95% interval {}).", label,
                          finding::percent(cell.accuracy), finding::counted(cell.n, "trial"),
                          finding::percent_range(cell.accuracy_interval)),
        fmt::format("SELECT avg(coalesce(score, 0)) FROM trial WHERE {} AND {}", trials_of(cell.id),
                    kCounted));
    if (cell.load) return;
    cell_by_sql(cell, index, "truncated",
                fmt::format("{}: the token limit cut {} of {}.", label, cell.truncated,
                            finding::counted(cell.n, "trial")),
                fmt::format("SELECT count(*) FROM trial WHERE {} AND finish_reason = 'length'",
                            trials_of(cell.id)));
  }

  void difference(const CellFinding& cell, std::size_t index) {
    if (!cell.difference || model_.cells.empty()) return;
    cell_by_sql(cell, index, "delta",
                fmt::format("{}: {} points against the baseline, the mean over {}.",
                            finding::cell_label(cell), finding::points(cell.difference->delta),
                            finding::words_of(cell).canaries),
                fmt::format("SELECT avg(c.mean - b.mean) FROM {} AS c JOIN {} AS b USING (canary)",
                            canary_means(cell.id), canary_means(model_.cells.front().id)));
    if (!cell.judgement) return;
    cell_by_report(cell, index, "verdict", finding::verdict_sentence(cell, finding_.margin));
  }

  /// The middle of the sorted figures, the mean of the two middle ones where their number is even.
  void median(const CellFinding& cell, std::size_t index, const std::string& member,
              std::string_view column, double value, const std::string& words) {
    if (!std::isfinite(value)) return;
    cell_by_sql(cell, index, member, words,
                fmt::format("SELECT avg({0}) FROM (SELECT {0}, row_number() OVER (ORDER BY {0}) AS "
                            "place, count(*) OVER () AS n FROM trial WHERE {1} AND {2} AND {0} >= "
                            "0) WHERE place IN ((n + 1) / 2, (n + 2) / 2)",
                            column, trials_of(cell.id), kCounted));
  }

  void costs(const CellFinding& cell, std::size_t index) {
    const std::string label = finding::cell_label(cell);
    median(cell, index, "tokens_per_s", "tokens_per_s", cell.tokens_per_s,
           fmt::format("{} {} {} tokens a second (median).", label, cell.load ? "makes" : "decodes",
                       finding::decimal(cell.tokens_per_s)));
    median(cell, index, "ttft_ms_p50", "ttft_ms", cell.ttft_ms_p50,
           fmt::format("{} begins to answer after {} (median).", label,
                       finding::milliseconds(cell.ttft_ms_p50)));
    median(cell, index, "trial_ms_p50", "total_ms", cell.wall_ms_p50,
           fmt::format("{} takes {} for a request (median).", label,
                       finding::milliseconds(cell.wall_ms_p50)));
    if (std::isfinite(cell.completion_tokens_mean)) {
      cell_by_sql(cell, index, "completion_tokens_mean",
                  fmt::format("{} answers with {} tokens (mean).", label,
                              finding::decimal(cell.completion_tokens_mean)),
                  fmt::format("SELECT avg(completion_tokens) FROM trial WHERE {} AND {} AND "
                              "completion_tokens >= 0",
                              trials_of(cell.id), kCounted));
    }
    if (cell.memory_bytes_peak > 0) {
      cell_by_report(cell, index, "memory_bytes_peak",
                     fmt::format("{} needs at most {} of memory.", label,
                                 bytes_text(static_cast<double>(cell.memory_bytes_peak))));
    }
    if (std::isfinite(cell.cost_usd_per_1000)) {
      cell_by_report(
          cell, index, "cost_usd_per_1000",
          fmt::format("A thousand trials of {} cost {:.3f} USD.", label, cell.cost_usd_per_1000));
    }
  }

  void file() {
    if (!base::string_member(model_.fingerprint, "file_sha256")) return;
    add(model_.model + " file_sha256",
        "The model file that was measured is the one with this SHA-256.",
        "/fingerprint/model/sha256",
        sqlite(fmt::format("SELECT json_extract(detail, '$.file_sha256') FROM event WHERE study = "
                           "{} AND kind = 'guest_ready' AND model = {} ORDER BY number LIMIT 1",
                           sql_literal(finding_.study), sql_literal(model_.model))));
  }

  const StudyFinding& finding_;
  const ModelFinding& model_;
  std::size_t model_index_;
  std::vector<Claim> claims_;
};

bool is_plain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') ||
         std::string_view(" _-./=:,+@%").find(letter) != std::string_view::npos;
}

}  // namespace

std::string sql_literal(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain)) return fmt::format("'{}'", text);
  std::string digits;
  for (const char byte : text) digits += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return fmt::format("CAST(x'{}' AS TEXT)", digits);
}

std::vector<Claim> claims_of(const StudyFinding& finding, const ModelFinding& model) {
  return Writer(finding, model).write();
}

}  // namespace assay::report
