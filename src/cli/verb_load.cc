#include <memory>

#include "cli/load_flags.h"
#include "cli/load_run.h"
#include "cli/verb.h"

namespace assay::cli {
namespace {

void add_itl_convention(CLI::App& command, std::string& convention) {
  command
      .add_option("--itl-convention", convention,
                  "The time between tokens as that tool computes it, beside ours")
      ->type_name("TOOL")
      ->check(CLI::IsMember({"guidellm", "llmperf", "vllm", "sglang"}));
}

void add_outputs(CLI::App& command, LoadOutputs& outputs) {
  add_json_flag(command, outputs.json);
  command.add_option("--html", outputs.html, "Write the report with its charts there")
      ->type_name("FILE");
  command.add_option("--junit", outputs.junit, "Write the verdict and thresholds as JUnit XML")
      ->type_name("FILE");
  command.add_option("--csv", outputs.csv, "Write one row for each request")->type_name("FILE");
  add_itl_convention(command, outputs.itl_convention);
}

void add_shape_flags(CLI::App& command, LoadFlags& flags) {
  command.add_option("--rate", flags.rate, "Requests per second, whatever the server does")
      ->type_name("R")
      ->check(CLI::PositiveNumber);
  command.add_option("--concurrency", flags.concurrency, "Users who wait for their answer instead")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  command.add_option("--for", flags.lasts, "How long")->type_name("TIME")->capture_default_str();
  command.add_option("--warm-up", flags.warm_up, "The same load before, kept out of every figure")
      ->type_name("TIME");
  command.add_option("--arrivals", flags.arrivals, "poisson (default) or even")
      ->type_name("KIND")
      ->check(CLI::IsMember({"poisson", "even"}));
  command.add_option("--seed", flags.seed, "Of arrivals and prompts")->type_name("N");
  command.add_option("--timeout", flags.timeout_s, "Seconds for one request")->type_name("S");
}

void add_work_flags(CLI::App& command, LoadFlags& flags) {
  command.add_option("--prompt", flags.prompt, "What every request says")->type_name("TEXT");
  command.add_option("--cases", flags.cases, "JSON lines with `prompt`, `messages` or `turns`")
      ->type_name("FILE");
  command
      .add_option("--input-tokens", flags.input_tokens,
                  "Synthetic prompts of exactly that many tokens")
      ->type_name("N");
  command.add_option("--output-tokens", flags.output_tokens, "max_tokens of every request")
      ->type_name("N");
  command.add_flag("--ignore-eos", flags.ignore_eos, "Make exactly that many output tokens");
  command.add_flag("--no-stream", flags.no_stream, "Ask for whole replies: no first token is seen");
}

void add_judging_flags(CLI::App& command, LoadFlags& flags) {
  command
      .add_option("--objective", flags.objectives,
                  "Of one request, for goodput: \"ttft_ms < 500\"; may be given again")
      ->type_name("EXPR");
  command
      .add_option("--threshold", flags.thresholds,
                  "Of the run: \"ttft_ms_p95 < 500\"; may be given again")
      ->type_name("EXPR");
  command.add_option("--threads", flags.threads, "Threads that send")->type_name("N");
  command.add_option("--connections", flags.connections, "Connections at once")->type_name("N");
  command.add_flag("--no-calibration", flags.no_calibration,
                   "Skip the short run against the twin that measures this client");
}

void add_run(CLI::App& load, Action& chosen) {
  struct Arguments {
    std::string file;
    LoadTargetFlags target;
    LoadOutputs outputs;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_command(load, "run", "Run a scenario file",
                                  "  assay load run examples/load/smoke.toml\n"
                                  "  assay load run examples/load/load.toml --url "
                                  "http://127.0.0.1:8080/v1 --junit load.xml");
  command->add_option("file", arguments->file, "The scenario (TOML)")
      ->required()
      ->type_name("FILE");
  command->add_option("--url", arguments->target.url, "In place of the scenario's targets")
      ->type_name("URL");
  command->add_option("--model", arguments->target.model, "With --url: the `model` of requests")
      ->type_name("NAME");
  command
      ->add_option("--key-env", arguments->target.key_env,
                   "With --url: the variable that holds the key")
      ->type_name("NAME");
  add_outputs(*command, arguments->outputs);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) -> base::Status {
      ASSAY_TRY(load::Scenario scenario, load::load_scenario(arguments->file));
      ASSAY_TRY_DONE(choose_targets(arguments->target, scenario));
      return run_load(context, scenario, arguments->outputs);
    };
  });
}

void add_compare_runs(CLI::App& load, Action& chosen) {
  auto flags = std::make_shared<LoadCompareFlags>();
  CLI::App* command = add_command(
      load, "compare", "Hold two runs against each other, figure by figure, with intervals",
      "  assay load compare latest~1 latest\n"
      "  assay load compare baseline/ latest --margin 10 --json");
  command->add_option("before", flags->before, "A run's id, its beginning, latest~1, or its folder")
      ->required()
      ->type_name("RUN");
  command->add_option("after", flags->after, "The same of the other")->required()->type_name("RUN");
  command->add_option("--margin", flags->margin_percent, "Changes smaller than this do not matter")
      ->type_name("PERCENT")
      ->check(CLI::Range(0.0, 1000.0))
      ->capture_default_str();
  add_json_flag(*command, flags->json);
  command->callback([flags, &chosen] {
    chosen = [flags](base::Context& context) { return compare_loads(context, *flags); };
  });
}

void add_show(CLI::App& load, Action& chosen) {
  auto flags = std::make_shared<LoadShowFlags>();
  CLI::App* command = add_command(load, "show", "Show a finished run again, from its raw records",
                                  "  assay load show latest\n"
                                  "  assay load show latest --format html --out report.html\n"
                                  "  assay load show latest --itl-convention vllm");
  command->add_option("id", flags->id, "A run's id, its beginning, latest, or its folder")
      ->type_name("RUN")
      ->capture_default_str();
  command
      ->add_option("--format", flags->format,
                   "text, json, html, junit, csv (requests), events (CSV) or scenario")
      ->type_name("FORMAT")
      ->check(CLI::IsMember({"text", "json", "html", "junit", "csv", "events", "scenario"}))
      ->capture_default_str();
  command->add_option("--out", flags->out, "Write to this file instead of stdout")
      ->type_name("FILE");
  add_itl_convention(*command, flags->itl_convention);
  command->callback([flags, &chosen] {
    chosen = [flags](base::Context& context) { return show_load(context, *flags); };
  });
}

void add_list(CLI::App& load, Action& chosen) {
  auto json = std::make_shared<bool>(false);
  CLI::App* command = add_command(load, "list", "List finished runs", "  assay load list --json");
  add_json_flag(*command, *json);
  command->callback([json, &chosen] {
    chosen = [json](base::Context& context) { return list_loads(context, *json); };
  });
}

}  // namespace

void add_load(CLI::App& app, Action& chosen) {
  struct Arguments {
    LoadFlags flags;
    LoadOutputs outputs;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = add_command(
      app, "load", "Load-test an endpoint, and say whether the figures are its own",
      "  assay load http://127.0.0.1:8080/v1 --rate 5 --for 60s\n"
      "  assay load http://127.0.0.1:8080/v1 --concurrency 8 --objective \"ttft_ms < 500\" \\\n"
      "             --threshold \"goodput > 2\"\n"
      "  assay load run examples/load/breakpoint.toml");
  command->require_subcommand(0, 1);
  command->fallthrough(false);
  command->add_option("url", arguments->flags.url, "The endpoint, with its version")
      ->type_name("URL");
  command->add_option("--model", arguments->flags.model, "The `model` of requests")
      ->type_name("NAME");
  command->add_option("--key-env", arguments->flags.key_env, "The variable that holds the key")
      ->type_name("NAME");
  add_shape_flags(*command, arguments->flags);
  add_work_flags(*command, arguments->flags);
  add_judging_flags(*command, arguments->flags);
  add_outputs(*command, arguments->outputs);
  add_run(*command, chosen);
  add_show(*command, chosen);
  add_list(*command, chosen);
  add_compare_runs(*command, chosen);
  command->callback([arguments, command, &chosen] {
    if (!command->get_subcommands().empty()) return;
    chosen = [arguments](base::Context& context) -> base::Status {
      if (arguments->flags.url.empty()) {
        return base::usage_error("`assay load` needs an endpoint or a subcommand",
                                 "give a URL such as http://127.0.0.1:8080/v1, or one of run, "
                                 "show, list, compare");
      }
      ASSAY_TRY(const load::Scenario scenario,
                load::parse_scenario(scenario_text(arguments->flags), "these flags", "."));
      return run_load(context, scenario, arguments->outputs);
    };
  });
}

}  // namespace assay::cli
