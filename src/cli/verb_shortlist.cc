#include <fmt/format.h>

#include <memory>
#include <ostream>

#include "base/file.h"
#include "base/text.h"
#include "catalog/ranking.h"
#include "catalog/survey.h"
#include "cli/model_words.h"
#include "cli/shortlist_text.h"
#include "cli/verb.h"
#include "cli/write_study.h"
#include "gguf/model_table.h"
#include "host/machine.h"
#include "host/memory.h"
#include "scope/scope.h"

namespace assay::cli {
namespace {

using base::Result;
using base::Status;
using catalog::Assessment;

constexpr std::uint64_t kTableBytesMost = std::uint64_t{8} << 20U;

struct ShortlistArguments {
  catalog::Wish wish;
  std::string task;
  std::uint64_t memory_bytes = 0;  ///< 0: what is free.
  bool only_local = false;
  bool only_catalog = false;
  bool both = false;  ///< Said to be both.
  std::vector<std::string> folders;
  std::string table;
  std::size_t top = 10;
  std::string write_study;
  std::string pack;
  bool json = false;
};

Status add_local(base::Context& context, const ShortlistArguments& arguments,
                 std::vector<Assessment>& assessments) {
  ASSAY_TRY(const catalog::Survey survey, look_for_models(context, arguments.folders));
  for (const catalog::LocalModel& model : survey.models) {
    if (const auto candidate = catalog::candidate_of(model)) {
      assessments.push_back(assess(*candidate, arguments.wish));
    }
  }
  if (!survey.unusable.empty()) {
    context.err << fmt::format("note: {} {} cannot be used; `assay models` says why\n",
                               survey.unusable.size(),
                               survey.unusable.size() == 1 ? "file" : "files");
  }
  return base::Done{};
}

Status add_table(base::Context& context, const ShortlistArguments& arguments,
                 std::vector<Assessment>& assessments) {
  std::string text(gguf::shipped_models());
  const std::string source = arguments.table.empty() ? "the shipped table" : arguments.table;
  if (!arguments.table.empty()) {
    ASSAY_TRY(text, base::read_file(arguments.table, kTableBytesMost));
  }
  ASSAY_TRY(const auto models, gguf::parse_model_table(text, source));
  for (const gguf::KnownModel& model : models) {
    auto assessment = assess_known(model, arguments.wish);
    if (assessment.has_value()) {
      assessments.push_back(std::move(*assessment));
    } else {
      context.err << fmt::format("note: {} of {} is left out: {}\n", model.name, source,
                                 assessment.error().message);
    }
  }
  return base::Done{};
}

/// Fills in what the command line leaves to the machine.
Status complete(base::Context& context, ShortlistArguments& arguments) {
  const auto task = catalog::task_named(arguments.task);
  if (!task) return base::usage_error(fmt::format("no kind of task is named {}", arguments.task));
  arguments.wish.task = *task;
  arguments.wish.simd = host::read_machine(context.home).simd;
  if (arguments.memory_bytes != 0) {
    arguments.wish.memory_bytes = arguments.memory_bytes;
  } else {
    ASSAY_TRY(const host::MemoryFacts memory, host::read_memory());
    arguments.wish.memory_bytes = memory.available;
  }
  ASSAY_TRY(const auto scope, scope::known_scope(context));
  if (scope) arguments.wish.machine = scope->speed;
  if (arguments.wish.machine.types.empty()) {
    context.err << "note: the speed of this machine is not known, so models are ranked by the "
                   "bytes they read per token; `assay scope` measures it\n";
    if (arguments.wish.decode_tps_least > 0 || arguments.wish.ttft_ms_most > 0) {
      context.err << "note: --min-tps and --max-ttft drop nothing before that\n";
    }
  }
  return base::Done{};
}

Status write_the_study(base::Context& context, const ShortlistArguments& arguments,
                       const std::vector<Assessment>& ranked) {
  StudyRequest request;
  request.file = arguments.write_study;
  request.pack = arguments.pack;
  request.shipped_packs = std::filesystem::path("examples") / "packs";
  ASSAY_TRY(const WrittenStudy written, write_study(request, ranked, arguments.wish));
  context.err << fmt::format("wrote {} with {}; look at it with: assay study plan {}\n",
                             arguments.write_study, fmt::join(written.models, ", "),
                             arguments.write_study);
  if (!written.cases_suit) {
    context.err << fmt::format(
        "note: none of the shipped cases is about {}; put your own into the file\n",
        arguments.task);
  }
  return base::Done{};
}

/// CLI11's own way to exclude options prints them in the order of their addresses.
Status check_candidates(const ShortlistArguments& arguments) {
  const int said =
      (arguments.only_local ? 1 : 0) + (arguments.only_catalog ? 1 : 0) + (arguments.both ? 1 : 0);
  if (said <= 1) return base::Done{};
  return base::usage_error("expected one of --local, --catalog and --all, found more",
                           "leave them out to see both");
}

Status print_shortlist(base::Context& context, ShortlistArguments arguments) {
  ASSAY_TRY_DONE(check_candidates(arguments));
  ASSAY_TRY_DONE(complete(context, arguments));
  std::vector<Assessment> assessments;
  if (!arguments.only_catalog) ASSAY_TRY_DONE(add_local(context, arguments, assessments));
  if (!arguments.only_local) ASSAY_TRY_DONE(add_table(context, arguments, assessments));
  catalog::rank(assessments, arguments.wish.task);
  if (arguments.json) {
    context.out << base::dump_json(shortlist_json(assessments, arguments.wish)) << '\n';
  } else {
    context.out << shortlist_text(assessments, arguments.wish, arguments.top);
  }
  if (assessments.empty()) {
    context.err << "note: no models found on this machine; --catalog shows what would run here, "
                   "--models DIR looks into a folder of yours\n";
  }
  return arguments.write_study.empty() ? Status(base::Done{})
                                       : write_the_study(context, arguments, assessments);
}

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const catalog::TaskKind task : catalog::task_kinds()) names.emplace_back(name_of(task));
  return names;
}

void add_wish_options(CLI::App& command, ShortlistArguments& arguments) {
  command
      .add_option("--task", arguments.task,
                  fmt::format("What the model is for: {}", fmt::join(task_names(), ", ")))
      ->check(CLI::IsMember(task_names()))
      ->required()
      ->type_name("KIND");
  catalog::Wish& wish = arguments.wish;
  command.add_option("--ctx", wish.context_tokens, "Tokens of context, shared by all slots")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 30U))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--slots", wish.slots, "Requests served at once; they split the context")
      ->check(CLI::Range(1, 1024))
      ->type_name("N")
      ->capture_default_str();
  command.add_option("--prompt", wish.prompt_tokens, "Length of a usual prompt, for the speeds")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 30U))
      ->type_name("TOKENS")
      ->capture_default_str();
  command
      .add_option("--min-tps", wish.decode_tps_least,
                  "Drop models predicted to give fewer tokens per second")
      ->check(CLI::Range(0.0, 1e9))
      ->type_name("N");
  command
      .add_option("--max-ttft", wish.ttft_ms_most,
                  "Drop models predicted to need longer for their first token")
      ->check(CLI::Range(0.0, 1e12))
      ->type_name("MS");
  command
      .add_option("--memory", arguments.memory_bytes,
                  "Memory available to a model, 16GiB [what this machine has now]")
      ->transform(CLI::AsSizeValue(false))
      ->type_name("SIZE");
  command.add_flag("--any-quantization", wish.any_quantization, "Keep models below 3 bits too");
}

void add_candidate_options(CLI::App& command, ShortlistArguments& arguments) {
  command.add_flag("--local", arguments.only_local, "Only models on this machine");
  command.add_flag("--catalog", arguments.only_catalog,
                   "Only the shipped table of common open models");
  command.add_flag("--all", arguments.both, "Both, as without any of the three");
  add_model_folders(command, arguments.folders);
  command.add_option("--table", arguments.table, "A table of models in place of the shipped one")
      ->type_name("FILE");
  command.add_option("--top", arguments.top, "How many models to show")
      ->type_name("N")
      ->capture_default_str();
}

}  // namespace

void add_shortlist(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<ShortlistArguments>();
  CLI::App* command = add_command(
      app, "shortlist", "Which models fit this machine and suit the job, before one is loaded",
      "  assay shortlist --task extraction --ctx 8192 --min-tps 10\n"
      "  assay shortlist --task coding --catalog --memory 24GiB\n"
      "  assay shortlist --task tools --models ~/models --write-study study.toml");
  add_wish_options(*command, *arguments);
  add_candidate_options(*command, *arguments);
  CLI::Option* write = command
                           ->add_option("--write-study", arguments->write_study,
                                        "Write a study of the first three models on this machine")
                           ->type_name("FILE");
  command
      ->add_option("--pack", arguments->pack,
                   "Cases for that study [those of examples/packs/deskwork that suit the task]")
      ->needs(write)
      ->type_name("DIR|FILE");
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return print_shortlist(context, *arguments); };
  });
}

}  // namespace assay::cli
