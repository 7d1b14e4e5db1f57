#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "finding/measure_words.h"
#include "finding/phrase.h"
#include "report/card.h"
#include "report/escape.h"
#include "report/report.h"

namespace assay::report {
namespace {

using finding::CellFinding;
using finding::ModelFinding;
using finding::StudyFinding;

constexpr std::size_t kAccuracyColumns = 10;
constexpr std::size_t kChangeColumns = 18;
constexpr std::size_t kSpeedColumns = 8;
constexpr std::size_t kVerdictColumns = 12;
constexpr std::size_t kLabelColumnsMin = 12;
constexpr std::size_t kLabelColumnsMax = 26;
/// Narrower terminals get lines of this width all the same.
constexpr std::size_t kColumnsMin =
    kLabelColumnsMin + kAccuracyColumns + kChangeColumns + kVerdictColumns;
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kGreen = "\x1b[32m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kCyan = "\x1b[36m";
constexpr std::string_view kReset = "\x1b[0m";

class TerminalReport {
 public:
  TerminalReport(const StudyFinding& finding, const base::Terminal& terminal)
      : finding_(finding),
        columns_(std::max(static_cast<std::size_t>(std::max(terminal.columns, 0)), kColumnsMin)),
        color_(terminal.color) {
    const std::size_t figures = kAccuracyColumns + kChangeColumns + kVerdictColumns;
    has_speeds_ = columns_ >= kLabelColumnsMax + figures + kSpeedColumns;
    const std::size_t speeds = has_speeds_ ? kSpeedColumns : 0;
    label_columns_ = std::clamp(columns_ - figures - speeds, kLabelColumnsMin, kLabelColumnsMax);
  }

  std::string render() {
    line(fmt::format("{} ({}): {} of {} trials{}, {} {} × {}", finding_.name, finding_.study,
                     finding_.done, finding_.planned, spared_text(finding_), finding_.canaries,
                     finding::words_of(finding_).canaries,
                     finding::counted(finding_.repeats, "repeat")));
    for (const ModelFinding& model : finding_.models) append_model(model);
    text_ += "\n" + painted(kBold, "Decision") + "\n";
    paragraph(finding_.decision.headline, "  ");
    paragraph("Caveat: " + finding_.decision.caveat, "  ");
    for (const std::string& reason : finding_.decision.reasons) paragraph("· " + reason, "  ");
    for (const std::string& reason : finding_.decision.against) {
      paragraph("· Not " + reason, "  ");
    }
    if (finding_.changes && !finding_.changes->empty()) {
      text_ += "\n" + painted(kBold, "Changed since it ran") + "\n";
      for (const finding::PlanChange& change : *finding_.changes) {
        paragraph("· " + finding::describe(change), "  ");
      }
    }
    return text_;
  }

 private:
  std::string painted(std::string_view color, const std::string& text) const {
    return color_ ? std::string(color) + text + std::string(kReset) : text;
  }

  void line(const std::string& text) {
    text_ += base::ellipsize(single_line(text), columns_) + "\n";
  }

  static std::string padded(const std::string& text, std::size_t columns, bool to_the_right) {
    const std::size_t width = base::display_width(text);
    const std::string gap(columns > width ? columns - width : 0, ' ');
    return to_the_right ? gap + text : text + gap;
  }

  std::string painted_verdict(const CellFinding& cell) const {
    const std::string word = finding::verdict_word(cell);
    if (!cell.judgement) return word;
    switch (cell.judgement->verdict) {
      case stats::Verdict::Better:
        return painted(kGreen, word);
      case stats::Verdict::Worse:
        return painted(kRed, word);
      case stats::Verdict::Equivalent:
        return painted(kCyan, word);
      case stats::Verdict::Undecided:
        break;
    }
    return painted(kYellow, word);
  }

  void append_model(const ModelFinding& model) {
    const std::string heading =
        padded(base::ellipsize(single_line(model.model), label_columns_), label_columns_, false);
    text_ += "\n" + painted(kBold, heading);
    append_rest(std::string(finding::words_of(finding_).short_heading), "change", "tok/s",
                finding_.verdicts ? "verdict" : "");
    for (const CellFinding& cell : model.cells) append_cell(model, cell);
    append_traps(model);
  }

  /// One line for each name: the first cell's sentence, and how many cells it holds for.
  void append_traps(const ModelFinding& model) {
    for (auto trap = model.traps.begin(); trap != model.traps.end();) {
      const auto next = std::find_if(trap, model.traps.end(), [&](const finding::Trap& other) {
        return other.name != trap->name;
      });
      const auto alike = next - trap;
      const std::string more = alike > 1 ? fmt::format(" (1 of {})", alike) : "";
      line(fmt::format("  ! {}{}: {}", trap_title(*trap), more, trap->sentence));
      trap = next;
    }
  }

  void append_cell(const ModelFinding& model, const CellFinding& cell) {
    const std::string mark = is_chosen(finding_, model, cell) ? "→ " : "  ";
    const std::string label = single_line(finding::cell_label(cell));
    text_ += padded(mark + base::ellipsize(label, label_columns_ - 2), label_columns_, false);
    const std::string change = cell.difference
                                   ? fmt::format("{} {}", finding::points(cell.difference->delta),
                                                 finding::points_range(cell.difference->interval))
                                   : "";
    append_rest(finding::percent(cell.accuracy), change, finding::decimal(cell.tokens_per_s),
                painted_verdict(cell));
  }

  /// What follows the label. A terminal too narrow for all of it gets no speeds.
  void append_rest(const std::string& accuracy, const std::string& change, const std::string& speed,
                   const std::string& verdict) {
    std::string rest =
        padded(accuracy, kAccuracyColumns, true) + padded(change, kChangeColumns, true);
    if (has_speeds_) rest += padded(speed, kSpeedColumns, true);
    if (!verdict.empty()) rest += "  " + verdict;
    text_ += rest + "\n";
  }

  /// Wrapped at spaces; lines after the first are indented by two more.
  void paragraph(const std::string& sentence, const std::string& indent) {
    std::string current = indent;
    bool has_word = false;
    for (const std::string& word : base::split(single_line(sentence), ' ')) {
      const std::size_t width = base::display_width(current) + base::display_width(word) + 1;
      if (has_word && width > columns_) {
        text_ += current + "\n";
        current = indent + "  ";
        has_word = false;
      }
      current += (has_word ? " " : "") + word;
      has_word = true;
    }
    text_ += current + "\n";
  }

  const StudyFinding& finding_;
  std::size_t columns_;
  bool color_;
  bool has_speeds_ = false;
  std::size_t label_columns_ = 0;
  std::string text_;
};

}  // namespace

std::string to_terminal(const StudyFinding& finding, const base::Terminal& terminal) {
  return TerminalReport(finding, terminal).render();
}

}  // namespace assay::report
