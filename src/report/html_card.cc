#include "report/html_card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "report/chart.h"
#include "report/escape.h"

namespace assay::report {
namespace {

using finding::CellFinding;
using finding::ModelFinding;
using finding::StudyFinding;

std::string heading_row(const std::vector<std::string>& headings) {
  std::string html = "<thead><tr>";
  for (const std::string& heading : headings) {
    html += fmt::format("<th scope=\"col\">{}</th>", html_text(heading));
  }
  return html + "</tr></thead>";
}

std::string figures_table(const StudyFinding& finding, const ModelFinding& model) {
  std::string html =
      fmt::format(
          "<h3>Figures</h3>\n<div class=\"scroll\"><table><caption>Differences are in points "
          "of {} with 95% intervals; times and speeds are medians.</caption>",
          finding::words_of(finding).share) +
      heading_row(figure_headings(finding)) + "<tbody>\n";
  for (const CellFinding& cell : model.cells) {
    const std::vector<std::string> row = figure_row(finding, cell);
    const bool chosen = is_chosen(finding, model, cell);
    html += fmt::format("<tr{}><th scope=\"row\">{}{}</th>", chosen ? " class=\"chosen\"" : "",
                        html_text(row.front()), chosen ? " ← shipped" : "");
    const std::string verdict = finding::verdict_word(cell);
    for (std::size_t column = 1; column < row.size(); ++column) {
      const bool is_verdict = !verdict.empty() && row[column] == verdict;
      html +=
          fmt::format("<td{}>{}</td>", is_verdict ? fmt::format(" class=\"word {}\"", verdict) : "",
                      html_text(row[column]));
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

/// A cell's tint follows its accuracy; the figure itself stands in it.
std::string kinds_table(const ModelFinding& model) {
  if (model.cells.empty() || model.cells.front().kinds.size() < 2) return "";
  std::vector<std::string> headings{"Cell"};
  for (const auto& kind : model.cells.front().kinds) headings.push_back(kind.kind);
  std::string html =
      "<h3>Accuracy by kind of case</h3>\n<div class=\"scroll\"><table class=\"heat\">"
      "<caption>The stronger the tint, the more were right.</caption>" +
      heading_row(headings) + "<tbody>\n";
  for (const CellFinding& cell : model.cells) {
    html += fmt::format("<tr><th scope=\"row\">{}</th>", html_text(finding::cell_label(cell)));
    for (const auto& kind : cell.kinds) {
      const double share = std::isfinite(kind.accuracy) ? kind.accuracy : 0;
      html += fmt::format("<td style=\"background:rgb(var(--heat)/{:.2f})\">{}</td>", share * 0.6,
                          finding::percent(kind.accuracy));
    }
    html += "</tr>\n";
  }
  return html + "</tbody></table></div>\n";
}

std::string verdict_list(std::string_view heading, const std::vector<const CellFinding*>& cells,
                         double margin) {
  std::vector<std::string> sentences;
  for (const CellFinding* cell : cells) {
    sentences.push_back(finding::verdict_sentence(*cell, margin));
  }
  if (sentences.empty()) return "";
  return fmt::format("<h3>{}</h3>\n{}", heading, html_list(sentences));
}

std::string traps_html(const ModelFinding& model) {
  if (model.traps.empty()) return "";
  std::string html = "<h3>Traps</h3>\n<ul>\n";
  for (const finding::Trap& trap : model.traps) {
    html += fmt::format("<li><strong>{}</strong>: {}</li>\n", trap_title(trap),
                        html_text(trap.sentence));
  }
  return html + "</ul>\n";
}

std::string examples_html(const ModelFinding& model) {
  if (model.examples.empty()) return "";
  std::string html = "<h3>How it fails</h3>\n";
  for (const finding::Example& example : model.examples) {
    html += fmt::format(
        "<div class=\"example\"><p><strong>{}</strong> <span class=\"quiet\">{} · {}</span></p>"
        "<dl><dt>asked</dt><dd><pre>{}</pre></dd><dt>expected</dt><dd><pre>{}</pre></dd>"
        "<dt>replied</dt><dd><pre>{}</pre></dd></dl></div>\n",
        html_text(example.kind), html_text(example.canary), html_text(example.reason),
        html_text(example.prompt), html_text(example.expected), html_text(example.reply));
  }
  return html;
}

std::string baseline_sentence(const ModelFinding& model) {
  if (model.cells.empty()) return "";
  const CellFinding& baseline = model.cells.front();
  return fmt::format(
      "<p>Baseline: <strong>{}</strong> {} ({}), {} tokens/s, {} per {}.</p>\n",
      finding::percent(baseline.accuracy), finding::words_of(baseline).right,
      finding::percent_range(baseline.accuracy_interval), finding::decimal(baseline.tokens_per_s),
      finding::milliseconds(baseline.wall_ms_p50), finding::words_of(baseline).timed);
}

}  // namespace

std::string html_list(const std::vector<std::string>& sentences) {
  if (sentences.empty()) return "";
  std::string html = "<ul>\n";
  for (const std::string& sentence : sentences) {
    html += fmt::format("<li>{}</li>\n", html_text(sentence));
  }
  return html + "</ul>\n";
}

std::string html_facts(const std::vector<Fact>& facts) {
  std::string html = "<dl>\n";
  for (const Fact& fact : facts) {
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", html_text(fact.label), html_text(fact.value));
  }
  return html + "</dl>\n";
}

std::string html_card(const StudyFinding& finding, const ModelFinding& model) {
  std::string html = fmt::format("<section>\n<h2>{}</h2>\n", html_text(model.model));
  html += html_facts(identity_facts(model)) + baseline_sentence(model);
  if (const std::string chart = effects_chart(finding, model); !chart.empty()) {
    html += "<h3>What each level did</h3>\n<figure>" + chart + "</figure>\n";
  }
  html += verdict_list("What moved it", cells_that_moved(model), finding.margin);
  html += verdict_list("What did not help", cells_that_did_not(model), finding.margin);
  html += traps_html(model);
  if (!model.notes.empty()) html += "<h3>Worth knowing</h3>\n" + html_list(model.notes);
  html += figures_table(finding, model) + kinds_table(model);
  html += "<h3>Limits these figures hold within</h3>\n" + html_facts(limit_facts(model));
  return html + examples_html(model) + "</section>\n";
}

}  // namespace assay::report
