#include "finding/gate.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/text.h"

namespace assay::finding {
namespace {

using base::Json;

struct WordRow {
  std::string_view name;
  GateWord word;
};
constexpr std::array kWords{
    WordRow{"no-decision", GateWord::NoDecision},     WordRow{"worse", GateWord::Worse},
    WordRow{"undecided", GateWord::Undecided},        WordRow{"void", GateWord::Void},
    WordRow{"not-confirmed", GateWord::NotConfirmed}, WordRow{"traps", GateWord::Traps},
};

struct FigureRow {
  std::string_view name;
  std::string_view member;  ///< In models[].cells[] of the report.
};
constexpr std::array kFigures{
    FigureRow{"accuracy", "accuracy"},
    FigureRow{"accuracy_low", "accuracy_low"},
    FigureRow{"ttft_ms_p50", "ttft_ms_p50"},
    FigureRow{"ttft_ms_p95", "ttft_ms_p95"},
    FigureRow{"tokens_per_s", "tokens_per_s"},
    FigureRow{"wall_ms_p50", "trial_ms_p50"},
    FigureRow{"trial_ms_p50", "trial_ms_p50"},
    FigureRow{"completion_tokens_mean", "completion_tokens_mean"},
    FigureRow{"memory_bytes_peak", "memory_bytes_peak"},
    FigureRow{"cost_usd_per_1000", "cost_usd_per_1000"},
};

std::string known() {
  std::string words;
  for (const WordRow& row : kWords) words += (words.empty() ? "" : ", ") + std::string(row.name);
  std::string figures;
  for (const FigureRow& row : kFigures) {
    figures += (figures.empty() ? "" : ", ") + std::string(row.name);
  }
  return fmt::format("words: {}; figures with <, <=, > or >= and a number: {}", words, figures);
}

base::Error unknown(std::string_view text, std::string_view why) {
  return base::usage_error(fmt::format("--fail-on: {} in `{}`", why, text), known());
}

/// The whole text as a finite number: "0.8", "8e9".
std::optional<double> number_of(std::string_view text) {
  const std::string digits(base::trim(text));
  if (digits.empty() || digits.find_first_not_of("0123456789.eE+-") != std::string::npos) {
    return std::nullopt;
  }
  char* end = nullptr;
  const double value = std::strtod(digits.c_str(), &end);
  if (end != digits.c_str() + digits.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

base::Result<Gate> parse_figure(std::string_view text, std::size_t sign) {
  Gate gate;
  gate.text = std::string(text);
  const bool or_equal = text.substr(sign + 1).starts_with('=');
  if (text[sign] == '<') {
    gate.order = or_equal ? GateOrder::LessOrEqual : GateOrder::Less;
  } else {
    gate.order = or_equal ? GateOrder::GreaterOrEqual : GateOrder::Greater;
  }
  const std::string_view name = base::trim(text.substr(0, sign));
  for (const FigureRow& row : kFigures) {
    if (row.name == name) gate.member = row.member;
  }
  if (gate.member.empty()) return unknown(text, "unknown figure");
  const auto bound = number_of(text.substr(sign + (or_equal ? 2 : 1)));
  if (!bound) return unknown(text, "expected a number after the sign");
  gate.bound = *bound;
  return gate;
}

base::Result<Gate> parse_gate(std::string_view text) {
  if (text.empty()) return unknown(text, "an empty condition");
  const std::size_t sign = text.find_first_of("<>");
  if (sign != std::string_view::npos) return parse_figure(text, sign);
  for (const WordRow& row : kWords) {
    if (row.name == text) {
      Gate gate;
      gate.text = std::string(text);
      gate.word = row.word;
      return gate;
    }
  }
  return unknown(text, "unknown word");
}

bool holds(GateOrder order, double value, double bound) {
  switch (order) {
    case GateOrder::Less:
      return value < bound;
    case GateOrder::LessOrEqual:
      return value <= bound;
    case GateOrder::Greater:
      return value > bound;
    case GateOrder::GreaterOrEqual:
      break;
  }
  return value >= bound;
}

const Json& at(const Json& object, std::string_view key) {
  static const Json kNull;
  const Json* member = base::find_member(object, key);
  return member == nullptr ? kNull : *member;
}

/// Whether a member says that something is the case: true, or a reason, or a list with something in
/// it.
bool is_set(const Json& member) {
  if (member.is_boolean()) return member.get<bool>();
  if (member.is_string()) return !member.get_ref<const std::string&>().empty();
  return member.is_structured() && !member.empty();
}

std::vector<const Json*> cells_of(const Json& report) {
  std::vector<const Json*> cells;
  for (const Json& model : at(report, "models")) {
    for (const Json& cell : at(model, "cells")) cells.push_back(&cell);
  }
  return cells;
}

std::string id_of(const Json& cell) { return base::string_member(cell, "id").value_or(""); }

class Examination {
 public:
  explicit Examination(const Json& report) : report_(report) {}

  std::vector<GateFailure> run(const std::vector<Gate>& gates) {
    for (const Gate& gate : gates) examine(gate);
    return std::move(failures_);
  }

 private:
  void fail(const Gate& gate, std::string measured, std::string cell = "") {
    failures_.push_back({gate.text, std::move(measured), std::move(cell)});
  }

  void examine(const Gate& gate) {
    switch (gate.word) {
      case GateWord::Figure:
        return examine_figure(gate);
      case GateWord::NoDecision:
        return examine_decision(gate);
      case GateWord::Worse:
        return examine_verdicts(gate, "worse");
      case GateWord::Undecided:
        return examine_verdicts(gate, "undecided");
      case GateWord::Void:
        return examine_void(gate);
      case GateWord::NotConfirmed:
        return examine_confirmation(gate);
      case GateWord::Traps:
        return examine_traps(gate);
    }
  }

  bool is_decided() const {
    const Json& made = at(at(report_, "decision"), "made");
    return made.is_boolean() && made.get<bool>();
  }

  void examine_decision(const Gate& gate) {
    if (is_decided()) return;
    fail(gate, base::string_member(at(report_, "decision"), "headline").value_or("no decision"));
  }

  void examine_figure(const Gate& gate) {
    if (!is_decided()) return fail(gate, "not measured: no cell is recommended");
    const std::string chosen = base::string_member(at(report_, "decision"), "cell").value_or("");
    for (const Json* cell : cells_of(report_)) {
      if (id_of(*cell) != chosen) continue;
      const Json& value = at(*cell, gate.member);
      if (!value.is_number()) {
        return fail(gate, fmt::format("{} was not measured in {}", gate.member, chosen), chosen);
      }
      if (holds(gate.order, value.get<double>(), gate.bound)) {
        fail(gate, fmt::format("{} is {:.6g} in {}", gate.member, value.get<double>(), chosen),
             chosen);
      }
      return;
    }
    fail(gate, "not measured: the report lacks the recommended cell");
  }

  void examine_verdicts(const Gate& gate, std::string_view verdict) {
    for (const Json* cell : cells_of(report_)) {
      if (base::string_member(*cell, "verdict") != verdict) continue;
      const double points = base::number_member(*cell, "delta").value_or(0) * 100;
      fail(gate, fmt::format("{} is {}: {:+.3g} points", id_of(*cell), verdict, points),
           id_of(*cell));
    }
  }

  void examine_void(const Gate& gate) {
    for (const Json* cell : cells_of(report_)) {
      const Json& reason = at(*cell, "void");
      if (!is_set(reason)) continue;
      fail(gate,
           reason.is_string() ? fmt::format("{}: {}", id_of(*cell), reason.get<std::string>())
                              : id_of(*cell) + " is void",
           id_of(*cell));
    }
  }

  /// Where nothing won there was nothing to confirm.
  void examine_confirmation(const Gate& gate) {
    const Json& confirmation = at(at(report_, "decision"), "confirmation");
    if (!is_set(at(confirmation, "needed")) || is_set(at(confirmation, "confirmed"))) return;
    fail(gate, base::string_member(confirmation, "sentence")
                   .value_or("the recommendation is not confirmed"));
  }

  void examine_traps(const Gate& gate) {
    for (const Json& model : at(report_, "models")) {
      for (const Json& trap : at(model, "traps")) {
        const std::string name = base::string_member(trap, "name").value_or("a trap");
        fail(gate, fmt::format("{}: {}", name, base::string_member(trap, "sentence").value_or("")),
             base::string_member(trap, "cell").value_or(""));
      }
    }
  }

  const Json& report_;
  std::vector<GateFailure> failures_;
};

}  // namespace

base::Result<std::vector<Gate>> parse_gates(std::string_view list) {
  std::vector<Gate> gates;
  for (const std::string& text : base::split(list, ',')) {
    ASSAY_TRY(Gate gate, parse_gate(base::trim(text)));
    gates.push_back(std::move(gate));
  }
  return gates;
}

std::vector<GateFailure> failed_gates(const std::vector<Gate>& gates, const Json& report) {
  return Examination(report).run(gates);
}

std::vector<GateFailure> failed_gates(const std::vector<Gate>& gates, const Json& comparison,
                                      const Json& second_report) {
  std::vector<GateFailure> failures;
  for (const Gate& gate : gates) {
    if (gate.word != GateWord::Worse && gate.word != GateWord::Undecided) {
      for (GateFailure& failure : failed_gates({gate}, second_report)) {
        failures.push_back(std::move(failure));
      }
      continue;
    }
    for (const Json& row : at(comparison, "cells")) {
      if (base::string_member(row, "verdict") != gate.text) continue;
      const double points = base::number_member(row, "delta").value_or(0) * 100;
      const std::string cell = base::string_member(row, "second").value_or("");
      failures.push_back(
          {gate.text, fmt::format("{} is {}: {:+.3g} points", cell, gate.text, points), cell});
    }
  }
  return failures;
}

std::string describe(const std::vector<GateFailure>& failures) {
  std::string text;
  for (const GateFailure& failure : failures) {
    text += fmt::format("{}  {}: {}", text.empty() ? "" : "\n", failure.text, failure.measured);
  }
  return text;
}

}  // namespace assay::finding
