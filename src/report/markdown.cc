#include <fmt/format.h>

#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "report/card.h"
#include "report/claims.h"
#include "report/escape.h"
#include "report/registration.h"
#include "report/report.h"

namespace assay::report {
namespace {

using finding::CellFinding;
using finding::ModelFinding;
using finding::StudyFinding;

void append_list(const std::vector<std::string>& sentences, std::string& text) {
  for (const std::string& sentence : sentences) text += "- " + markdown_text(sentence) + "\n";
  if (!sentences.empty()) text += "\n";
}

void append_facts(const std::vector<Fact>& facts, std::string& text) {
  for (const Fact& fact : facts) {
    text += fmt::format("- **{}**: {}\n", fact.label, markdown_text(fact.value));
  }
  if (!facts.empty()) text += "\n";
}

void append_row(const std::vector<std::string>& values, std::string& text) {
  for (const std::string& value : values) text += "| " + markdown_text(value) + " ";
  text += "|\n";
}

/// A heading row and the line under it: the first column to the left, the others to the right.
void append_heading(const std::vector<std::string>& headings, std::string& text) {
  append_row(headings, text);
  text += "|:---";
  for (std::size_t column = 1; column < headings.size(); ++column) text += "|---:";
  text += "|\n";
}

void append_decision(const StudyFinding& finding, std::string& text) {
  const finding::Decision& decision = finding.decision;
  text += fmt::format("# {}\n\n", markdown_text(decision.headline));
  text += fmt::format("> **Largest caveat.** {}\n\n", markdown_text(decision.caveat));
  append_list(decision.reasons, text);
  if (decision.against.empty()) return;
  text += "Why not the others:\n\n";
  append_list(decision.against, text);
}

void append_figures(const StudyFinding& finding, const ModelFinding& model, std::string& text) {
  text += "### Figures\n\n";
  append_heading(figure_headings(finding), text);
  for (const CellFinding& cell : model.cells) {
    std::vector<std::string> row = figure_row(finding, cell);
    if (is_chosen(finding, model, cell)) row.front() += " ← shipped";
    append_row(row, text);
  }
  text += "\n";
}

void append_kinds(const ModelFinding& model, std::string& text) {
  if (model.cells.empty() || model.cells.front().kinds.size() < 2) return;
  text += "### Accuracy by kind of case\n\n";
  std::vector<std::string> headings{"Cell"};
  for (const auto& kind : model.cells.front().kinds) headings.push_back(kind.kind);
  append_heading(headings, text);
  for (const CellFinding& cell : model.cells) {
    std::vector<std::string> row{finding::cell_label(cell)};
    for (const auto& kind : cell.kinds) row.push_back(finding::percent(kind.accuracy));
    append_row(row, text);
  }
  text += "\n";
}

void append_sentences(std::string_view heading, const std::vector<const CellFinding*>& cells,
                      double margin, std::string& text) {
  if (cells.empty()) return;
  text += fmt::format("### {}\n\n", heading);
  for (const CellFinding* cell : cells) {
    text += "- " + markdown_text(finding::verdict_sentence(*cell, margin)) + "\n";
  }
  text += "\n";
}

void append_examples(const ModelFinding& model, std::string& text) {
  if (model.examples.empty()) return;
  text += "### How it fails\n\n";
  for (const finding::Example& example : model.examples) {
    text += fmt::format("**{}** ({}): {}\n\n", markdown_text(example.kind),
                        markdown_text(example.canary), markdown_text(example.reason));
    text += markdown_block(fmt::format("asked:    {}\nexpected: {}\nreplied:  {}", example.prompt,
                                       example.expected, example.reply));
    text += "\n";
  }
}

void append_traps(const ModelFinding& model, std::string& text) {
  if (model.traps.empty()) return;
  text += "### Traps\n\n";
  for (const finding::Trap& trap : model.traps) {
    text += fmt::format("- **{}**: {}\n", trap_title(trap), markdown_text(trap.sentence));
  }
  text += "\n";
}

void append_scope(const StudyFinding& finding, std::string& text) {
  text += "## Scope\n\n";
  append_facts(scope_facts(finding), text);
  const std::vector<Fact> registration = registration_facts(finding);
  if (registration.empty()) return;
  text += "## Pre-registration\n\n";
  append_facts(registration, text);
}

/// In the order in which a reader decides: what it is, what moved it, within which limits, how it
/// fails, what did not help, what it costs.
void append_card(const StudyFinding& finding, const ModelFinding& model, std::string& text) {
  text += fmt::format("## {}\n\n", markdown_text(model.model));
  append_facts(identity_facts(model), text);
  if (!model.cells.empty()) {
    const CellFinding& baseline = model.cells.front();
    text += fmt::format(
        "Baseline: {} {} ({}), {} tokens/s, {} per {}.\n\n", finding::percent(baseline.accuracy),
        finding::words_of(baseline).right, finding::percent_range(baseline.accuracy_interval),
        finding::decimal(baseline.tokens_per_s), finding::milliseconds(baseline.wall_ms_p50),
        finding::words_of(baseline).timed);
  }
  append_sentences("What moved it", cells_that_moved(model), finding.margin, text);
  text += "### Limits these figures hold within\n\n";
  append_facts(limit_facts(model), text);
  append_examples(model, text);
  append_sentences("What did not help", cells_that_did_not(model), finding.margin, text);
  append_traps(model, text);
  if (!model.notes.empty()) text += "### Worth knowing\n\n";
  append_list(model.notes, text);
  append_figures(finding, model, text);
  append_kinds(model, text);
}

void append_command(std::string_view sentence, std::string_view command, std::string& text) {
  text += fmt::format("{}\n\n```sh\n{}\n```\n\n", sentence, command);
}

void append_derivations(const StudyFinding& finding, std::string& text) {
  text += "## Derive it again\n\n";
  for (const Derivation& derivation : derivations(finding)) {
    append_command(derivation.claim + ":", derivation.command, text);
  }
}

void append_claims(const StudyFinding& finding, const ModelFinding& model, std::string& text) {
  text += "## Claims, and the command that derives each again\n\n";
  for (const Claim& claim : claims_of(finding, model)) {
    append_command(markdown_text(claim.sentence), claim.command, text);
  }
}

}  // namespace

std::string card_to_markdown(const StudyFinding& finding, const ModelFinding& model) {
  std::string text = fmt::format("# Finding card: {}\n\n", markdown_text(model.model));
  text += fmt::format("Decision of the study: {}\n\n", markdown_text(finding.decision.headline));
  text += fmt::format("> **Largest caveat.** {}\n\n", markdown_text(finding.decision.caveat));
  StudyFinding journaled = finding;
  journaled.changes.reset();
  append_scope(journaled, text);
  append_card(finding, model, text);
  append_claims(finding, model, text);
  text.pop_back();
  return text;
}

std::string to_markdown(const StudyFinding& finding) {
  std::string text;
  append_decision(finding, text);
  append_scope(finding, text);
  for (const ModelFinding& model : finding.models) append_card(finding, model, text);
  append_derivations(finding, text);
  text.pop_back();  // The last section's empty line.
  return text;
}

}  // namespace assay::report
