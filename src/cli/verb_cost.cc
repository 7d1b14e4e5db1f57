#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>

#include "base/file.h"
#include "catalog/cost_comparison.h"
#include "catalog/cost_measured.h"
#include "cli/study_record.h"
#include "cli/verb.h"
#include "report/cost.h"

namespace assay::cli {
namespace {

using base::Result;
using base::Status;

constexpr std::int64_t kStaleDays = 180;

struct CostArguments {
  catalog::CostInputs inputs;  ///< Its defaults stand where no option was given.
  std::string study;
  std::string cell;
  std::string prices;
  std::vector<std::string> against;
  std::string currency;
  std::optional<double> exchange_rate;
  std::string chart;
  std::string write_prices;
  bool json = false;
};

/// A number of the command line; CLI11 also reads "nan" and "inf", which check_inputs() refuses.
CLI::Option* add_number(CLI::App& command, catalog::CostInputs& inputs, const std::string& flag,
                        const std::string& help) {
  for (const catalog::InputRow& row : catalog::input_rows()) {
    if (row.flag != flag) continue;
    return command.add_option(flag, row.value(inputs), help)->type_name("N");
  }
  return nullptr;
}

Status write_shipped(base::Context& context, const std::string& file) {
  std::error_code failure;
  if (std::filesystem::exists(file, failure)) {
    return base::bad_input("a file of that name exists already, perhaps with prices of yours",
                           "name another, or remove it first", file);
  }
  ASSAY_TRY_DONE(base::write_file(file, catalog::shipped_prices()));
  context.err << fmt::format("wrote {}; edit it, then give it back with --prices\n", file);
  return base::Done{};
}

/// The table in the currency asked for. Nothing is converted unless a rate says how.
Result<catalog::PriceTable> read_prices(const CostArguments& arguments) {
  std::string text(catalog::shipped_prices());
  const std::string source = arguments.prices.empty() ? "the shipped prices" : arguments.prices;
  if (!arguments.prices.empty()) {
    ASSAY_TRY(text, base::read_file(arguments.prices, std::uint64_t{1} << 20U));
  }
  ASSAY_TRY(catalog::PriceTable table, catalog::parse_prices(text, source));
  const std::string currency = arguments.currency.empty() ? table.currency : arguments.currency;
  if (currency == table.currency) {
    if (!arguments.exchange_rate) return table;
    return base::usage_error(
        fmt::format("--exchange-rate given, but both sides are in {}", currency),
        "name the currency of your amounts with --currency");
  }
  if (!arguments.exchange_rate) {
    return base::usage_error(
        fmt::format("the prices are in {} and your amounts in {}", table.currency, currency),
        fmt::format("say with --exchange-rate how many {} one {} buys", currency, table.currency));
  }
  if (!(*arguments.exchange_rate > 0 && *arguments.exchange_rate <= 1e9)) {
    return base::usage_error(
        fmt::format("expected an exchange rate above 0, found {:g}", *arguments.exchange_rate));
  }
  return catalog::converted(std::move(table), currency, *arguments.exchange_rate);
}

/// The cell that was named, or the one the study decided for.
Result<std::string> cell_of(const CostArguments& arguments, const finding::StudyFinding& found) {
  if (!arguments.cell.empty()) return arguments.cell;
  if (found.decision.made) return found.decision.cell;
  return base::bad_input("the study decided for no cell", "name one with --cell", found.study);
}

/// Takes the task and the speeds from the journal.
Result<catalog::CostBasis> measure(base::Context& context, const CostArguments& arguments,
                                   catalog::CostInputs& inputs) {
  ASSAY_TRY(store::Journal journal, open_journal(context, true));
  ASSAY_TRY(const store::StudyRow study, find_study(journal, arguments.study));
  ASSAY_TRY(const finding::StudyFinding found, find_out(journal, study));
  ASSAY_TRY(const std::string cell, cell_of(arguments, found));
  ASSAY_TRY(const std::vector<store::TrialRow> trials, journal.trials(study.id));
  ASSAY_TRY(const catalog::MeasuredTask measured, catalog::measured_task(trials, cell));
  inputs.task.prompt_tokens = measured.prompt_tokens;
  inputs.task.completion_tokens = measured.completion_tokens;
  inputs.machine.prefill_tps = measured.prefill_tps;
  inputs.machine.decode_tps = measured.decode_tps;
  const auto first = std::find_if(trials.begin(), trials.end(),
                                  [&](const auto& trial) { return trial.cell == cell; });
  if (!is_guest(found, first->model)) {
    context.err << fmt::format(
        "note: {} was served by an endpoint; its speed need not be that of this machine\n",
        first->model);
  }
  if (measured.left_out > 0) {
    context.err << fmt::format("note: {} trials of {} were not measured whole and are left out\n",
                               measured.left_out, cell);
  }
  return catalog::CostBasis{study.id, cell, measured.trials, measured.left_out};
}

void note_old_prices(base::Context& context, const std::vector<catalog::CloudPrice>& prices) {
  const auto old = std::count_if(prices.begin(), prices.end(), [&](const auto& price) {
    return catalog::age_days(price, context.clock.wall_unix_ms()) > kStaleDays;
  });
  if (old == 0) return;
  context.err << fmt::format(
      "note: {} of {} cloud prices are older than {} days; check them at their source and edit the "
      "table (--write-prices, --prices)\n",
      old, prices.size(), kStaleDays);
}

Status check_given(const CLI::App& command, const CostArguments& arguments) {
  std::vector<std::string> required{"--tasks", "--hardware-price", "--watts-load", "--watts-idle",
                                    "--kwh-price"};
  const std::vector<std::string> measured{"--prompt-tokens", "--completion-tokens", "--prefill-tps",
                                          "--decode-tps"};
  if (arguments.study.empty()) required.insert(required.end(), measured.begin(), measured.end());
  std::vector<std::string> missing;
  for (const std::string& flag : required) {
    if (command.count(flag) == 0) missing.push_back(flag);
  }
  if (!missing.empty()) {
    return base::usage_error(
        fmt::format("missing: {}", fmt::join(missing, ", ")),
        arguments.study.empty()
            ? "`assay cost --help` has an example; --study ID takes tokens and speeds from a study"
            : "`assay cost --help` has an example");
  }
  for (const std::string& flag : measured) {
    if (arguments.study.empty() || command.count(flag) == 0) continue;
    return base::usage_error(fmt::format("{} and --study were both given", flag),
                             "the study's own measurement is taken; leave one of them out");
  }
  if (arguments.study.empty() && !arguments.cell.empty()) {
    return base::usage_error("--cell needs --study", "name the study that the cell is of");
  }
  return base::Done{};
}

Status cost(base::Context& context, const CostArguments& arguments) {
  ASSAY_TRY(const catalog::PriceTable table, read_prices(arguments));
  ASSAY_TRY(const std::vector<catalog::CloudPrice> prices,
            catalog::choose_prices(table, arguments.against));
  catalog::CostInputs inputs = arguments.inputs;
  std::optional<catalog::CostBasis> basis;
  if (!arguments.study.empty()) {
    ASSAY_TRY(basis, measure(context, arguments, inputs));
  }
  ASSAY_TRY(catalog::CostComparison comparison,
            catalog::compare_costs(inputs, table.currency, prices));
  comparison.basis = std::move(basis);
  note_old_prices(context, prices);
  if (!arguments.chart.empty()) {
    ASSAY_TRY_DONE(base::write_file(arguments.chart, report::cost_chart_svg(comparison)));
    context.err << fmt::format("wrote {}\n", arguments.chart);
  }
  context.out << (arguments.json ? base::dump_json(report::cost_json(comparison)) + "\n"
                                 : report::cost_text(comparison, context.terminal));
  return base::Done{};
}

void add_numbers(CLI::App& command, catalog::CostInputs& inputs) {
  add_number(command, inputs, "--tasks", "Tasks a month");
  add_number(command, inputs, "--prompt-tokens", "Prompt tokens of a task");
  add_number(command, inputs, "--completion-tokens", "Completion tokens of a task");
  add_number(command, inputs, "--cached-share",
             "Share of the prompt that a cloud serves from its cache, 0 to 1")
      ->capture_default_str();
  add_number(command, inputs, "--prefill-tps", "Prompt tokens the machine reads per second");
  add_number(command, inputs, "--decode-tps", "Tokens the machine writes per second");
  add_number(command, inputs, "--hardware-price", "What one machine costs; 0: paid for already");
  add_number(command, inputs, "--years", "Years over which that price is spread")
      ->capture_default_str();
  add_number(command, inputs, "--watts-load", "Power while it works, in watts");
  add_number(command, inputs, "--watts-idle", "Power while it waits; 0: it is off meanwhile");
  add_number(command, inputs, "--kwh-price", "Price of a kilowatt-hour");
  add_number(command, inputs, "--utilisation", "Share of all hours it may be busy, above 0 to 1")
      ->capture_default_str();
}

}  // namespace

void add_cost(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<CostArguments>();
  CLI::App* command = add_command(
      app, "cost",
      "Cost per task and month on this machine against cloud prices, and the break-even",
      "  assay cost --study latest --tasks 50000 --hardware-price 1500 --watts-load 120 \\\n"
      "    --watts-idle 20 --kwh-price 0.30 --chart cost.svg\n"
      "  assay cost --prompt-tokens 1200 --completion-tokens 200 --prefill-tps 800 \\\n"
      "    --decode-tps 40 --tasks 50000 --hardware-price 1500 --watts-load 120 \\\n"
      "    --watts-idle 20 --kwh-price 0.30 --against gpt-5-nano\n"
      "  assay cost --write-prices prices.toml");
  add_numbers(*command, arguments->inputs);
  command
      ->add_option("--study", arguments->study,
                   "Take tokens and speeds from this study's trials: its id, or latest")
      ->type_name("ID");
  command->add_option("--cell", arguments->cell, "Of this cell [the one that was decided for]")
      ->type_name("CELL");
  command->add_option("--prices", arguments->prices, "Cloud prices of yours instead of the shipped")
      ->type_name("FILE");
  command->add_option("--against", arguments->against, "Only these models of the table")
      ->type_name("MODEL");
  command->add_option("--currency", arguments->currency, "Of your amounts [that of the prices]")
      ->type_name("NAME");
  command
      ->add_option("--exchange-rate", arguments->exchange_rate,
                   "How much of your currency one unit of the prices' buys")
      ->type_name("N");
  command->add_option("--chart", arguments->chart, "Write the chart as SVG")->type_name("FILE");
  command
      ->add_option("--write-prices", arguments->write_prices,
                   "Only write the shipped prices, to edit them")
      ->type_name("FILE");
  add_json_flag(*command, arguments->json);
  command->callback([arguments, command, &chosen] {
    chosen = [arguments, command](base::Context& context) -> Status {
      if (!arguments->write_prices.empty()) return write_shipped(context, arguments->write_prices);
      ASSAY_TRY_DONE(check_given(*command, *arguments));
      return cost(context, *arguments);
    };
  });
}

}  // namespace assay::cli
