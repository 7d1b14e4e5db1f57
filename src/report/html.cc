#include <fmt/format.h>

#include "base/text.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "report/card.h"
#include "report/chart.h"
#include "report/escape.h"
#include "report/html_card.h"
#include "report/html_style.h"
#include "report/registration.h"
#include "report/report.h"

namespace assay::report {
namespace {

using finding::CellFinding;
using finding::StudyFinding;

std::string tile(std::string_view figure, std::string_view meaning) {
  return fmt::format("<li><b>{}</b><span>{}</span></li>", html_text(figure), html_text(meaning));
}

std::string tiles(const CellFinding& cell) {
  std::string html = "<ul class=\"tiles\">";
  html += tile(finding::percent(cell.accuracy),
               fmt::format("{}, 95% interval {}", finding::words_of(cell).right,
                           finding::percent_range(cell.accuracy_interval)));
  if (cell.load) {
    html += tile(finding::decimal(cell.load->goodput_per_s), "such requests per second");
  }
  html += tile(finding::milliseconds(cell.wall_ms_p50),
               fmt::format("median {}", finding::words_of(cell).timed));
  html += tile(finding::decimal(cell.tokens_per_s), "tokens per second");
  html += tile(finding::milliseconds(cell.ttft_ms_p50), "median first token");
  if (cell.memory_bytes_peak > 0) {
    html +=
        tile(base::human_bytes(static_cast<std::uint64_t>(cell.memory_bytes_peak)), "peak memory");
  }
  return html + "</ul>\n";
}

std::string decision_html(const StudyFinding& finding) {
  const finding::Decision& decision = finding.decision;
  std::string html = fmt::format(
      "<header class=\"decision\">\n<p class=\"eyebrow\">assay · {} · study {}</p>\n<h1>{}</h1>\n"
      "<p class=\"caveat\"><strong>Largest caveat.</strong> {}</p>\n",
      html_text(finding.name), html_text(finding.study), html_text(decision.headline),
      html_text(decision.caveat));
  if (const CellFinding* cell = chosen_cell(finding)) html += tiles(*cell);
  html += html_list(decision.reasons);
  if (!decision.against.empty()) {
    html += "<h3>Why not the others</h3>\n" + html_list(decision.against);
  }
  return html + "</header>\n";
}

std::string tradeoff_html(const StudyFinding& finding) {
  const std::string chart = tradeoff_chart(finding);
  if (chart.empty()) return "";
  const finding::MeasureWords& words = finding::words_of(finding);
  return fmt::format(
      "<section>\n<h2>{} against speed</h2>\n<figure>{}"
      "<figcaption>Every cell of the study: a colour per model, the large dot its baseline, the "
      "upright line the 95% interval of its {}, the ring what is recommended."
      "</figcaption></figure>\n</section>\n",
      words.heading, chart, words.share);
}

std::string derivations_html(const StudyFinding& finding) {
  std::string html = "<section>\n<h2>Derive it again</h2>\n";
  for (const Derivation& derivation : derivations(finding)) {
    html += fmt::format("<p>{}:</p>\n<pre>{}</pre>\n", html_text(derivation.claim),
                        html_text(derivation.command));
  }
  return html + "</section>\n";
}

}  // namespace

std::string to_html(const StudyFinding& finding) {
  std::string html = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>{} · assay</title>\n<style>{}</style>\n</head>\n<body>\n<main>\n",
      html_text(finding.name), html_style());
  html += decision_html(finding);
  html += "<section>\n<h2>Scope</h2>\n" + html_facts(scope_facts(finding)) + "</section>\n";
  if (const std::vector<Fact> registration = registration_facts(finding); !registration.empty()) {
    html += "<section>\n<h2>Pre-registration</h2>\n" + html_facts(registration) + "</section>\n";
  }
  html += tradeoff_html(finding);
  for (const finding::ModelFinding& model : finding.models) html += html_card(finding, model);
  html += derivations_html(finding);
  return html + "</main>\n</body>\n</html>\n";
}

}  // namespace assay::report
