#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/cost.h"
#include "report/cost_words.h"
#include "report/escape.h"

namespace assay::report {
namespace {

using catalog::BreakEven;
using catalog::CloudLine;
using catalog::CostComparison;

constexpr std::size_t kNameColumnsMost = 40;
constexpr int kChartColumnsMost = 100;

using Cells = std::vector<std::string>;

/// The first column to the left, the others to the right, except a last one of words.
std::string aligned(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const Cells& row : rows) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], base::display_width(row[column]));
    }
  }
  std::string text;
  for (const Cells& row : rows) {
    std::string line;
    for (std::size_t column = 0; column < row.size(); ++column) {
      const std::string gap(widths[column] - base::display_width(row[column]), ' ');
      line += column == 0 ? row[column] + gap : "  " + gap + row[column];
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string share_text(double share) {
  const double percent = share * 100;
  return percent < 1 && percent > 0 ? fmt::format("{:.2g}%", percent)
                                    : fmt::format("{:.0f}%", percent);
}

/// "−82%", "12 times"; how local stands to a cloud.
std::string against(double local, double cloud) {
  if (!(cloud > 0)) return "–";
  const double ratio = local / cloud;
  if (ratio >= 2)
    return fmt::format("{} times", ratio < 10 ? fmt::format("{:.1f}", ratio) : volume(ratio));
  const double change = std::round((ratio - 1) * 100);
  if (change == 0) return "the same";
  return fmt::format("{}{:.0f}%", change < 0 ? "−" : "+", std::abs(change));
}

std::string letter(std::size_t index) {
  return index < 26 ? std::string(1, static_cast<char>('a' + index)) : " ";
}

std::string inputs_text(const CostComparison& comparison) {
  const catalog::CostInputs& inputs = comparison.inputs;
  const catalog::LocalMachine& machine = inputs.machine;
  std::string text = fmt::format(
      "task     {:.0f} prompt + {:.0f} completion tokens{}; {} tasks a month\n",
      inputs.task.prompt_tokens, inputs.task.completion_tokens,
      inputs.task.cached_share > 0 ? fmt::format(", {} of the prompt cached in the cloud",
                                                 share_text(inputs.task.cached_share))
                                   : "",
      volume(inputs.tasks_per_month));
  text += fmt::format("speed    prefill {:.4g} tok/s, decode {:.4g} tok/s: {} a task\n",
                      machine.prefill_tps, machine.decode_tps,
                      base::human_duration(comparison.rates.task_s));
  if (comparison.basis) {
    text += fmt::format("         measured over {} trials of {} in {}\n", comparison.basis->trials,
                        single_line(comparison.basis->cell), comparison.basis->study);
  }
  text += fmt::format("machine  {} over {:g} years, {:g} W busy, {:g} W idle, {} a kWh\n",
                      amount(machine.hardware_price), machine.years, machine.watts_load,
                      machine.watts_idle, amount(machine.kwh_price));
  text += fmt::format("         busy at most {} of the time: {} tasks a month\n",
                      share_text(machine.utilisation), volume(comparison.rates.capacity));
  const double machines = comparison.local.machines;
  text += fmt::format("         {} for {} tasks, busy {} of the time\n",
                      machines == 1 ? "1 machine" : fmt::format("{} machines", volume(machines)),
                      volume(inputs.tasks_per_month), share_text(comparison.local.busy_share));
  return text + fmt::format("amounts  in {}\n", single_line(comparison.currency));
}

std::string costs_text(const CostComparison& comparison) {
  const double tasks = comparison.inputs.tasks_per_month;
  const catalog::MonthlyCost& local = comparison.local;
  std::vector<Cells> rows{
      {"", "a task", "a month", "local is", "break-even", "price of"},
      {"local", amount(local.total() / tasks), amount(local.total()), "", "", ""},
      {"  hardware", amount(local.hardware / tasks), amount(local.hardware), "", "", ""},
      {"  energy", amount(local.energy / tasks), amount(local.energy), "", "", ""}};
  for (std::size_t index = 0; index < comparison.clouds.size(); ++index) {
    const CloudLine& cloud = comparison.clouds[index];
    rows.push_back({fmt::format("{} {}", letter(index),
                                base::ellipsize(single_line(cloud.price.name()), kNameColumnsMost)),
                    amount(cloud.per_task), amount(cloud.per_month),
                    against(local.total(), cloud.per_month), break_even_word(cloud.break_even),
                    catalog::date_text(cloud.price)});
  }
  return aligned(rows);
}

/// One line per reason that the table has no room for, naming the clouds it holds for.
std::string reasons_text(const CostComparison& comparison) {
  std::vector<std::pair<std::string, std::string>> reasons;
  for (std::size_t index = 0; index < comparison.clouds.size(); ++index) {
    const BreakEven& found = comparison.clouds[index].break_even;
    const std::string reason = break_even_reason(found);
    if (reason.empty()) continue;
    const std::string line = fmt::format("{}: {}", break_even_word(found), reason);
    const auto known = std::find_if(reasons.begin(), reasons.end(),
                                    [&](const auto& entry) { return entry.first == line; });
    if (known == reasons.end()) {
      reasons.emplace_back(line, letter(index));
    } else {
      known->second += ", " + letter(index);
    }
  }
  std::string text;
  for (const auto& [line, letters] : reasons) text += fmt::format("{}  {}\n", letters, line);
  return text;
}

std::string sensitivity_text(const CostComparison& comparison) {
  const CloudLine& reference = comparison.clouds[comparison.reference];
  const std::string name = single_line(reference.price.name());
  if (comparison.sensitivity.front().swing == 0) {
    return fmt::format("Break-even with {}: {}, whichever one input moves by half\n", name,
                       break_even_word(reference.break_even));
  }
  std::vector<Cells> rows{{"input", "−50%", "−20%", "+20%", "+50%"}};
  for (const catalog::SensitivityRow& row : comparison.sensitivity) {
    Cells cells{row.input};
    for (const BreakEven& moved : row.moved) cells.push_back(break_even_word(moved));
    rows.push_back(std::move(cells));
  }
  return fmt::format(
      "Break-even with {} when one input moves, largest swing first (unmoved: {})\n{}", name,
      break_even_word(reference.break_even), aligned(rows));
}

}  // namespace

std::string cost_text(const CostComparison& comparison, const base::Terminal& terminal) {
  const auto bold = [&](const std::string& text) {
    const std::size_t line = text.find('\n');
    return terminal.color ? "\x1b[1m" + text.substr(0, line) + "\x1b[0m" + text.substr(line) : text;
  };
  std::string text = inputs_text(comparison) + "\n" + bold(costs_text(comparison));
  const std::string reasons = reasons_text(comparison);
  if (!reasons.empty()) text += "\n" + reasons;
  return text + "\n" + bold(sensitivity_text(comparison)) + "\n" +
         cost_chart_text(comparison, std::min(terminal.columns, kChartColumnsMost));
}

}  // namespace assay::report
