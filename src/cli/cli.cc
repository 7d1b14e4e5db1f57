#include "cli/cli.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <optional>
#include <ostream>

#include "base/check.h"
#include "base/text.h"

namespace assay::cli {
namespace {

constexpr std::array kVerbs{
    Verb{"scope", add_scope},     Verb{"models", add_models}, Verb{"shortlist", add_shortlist},
    Verb{"cost", add_cost},       Verb{"gguf", add_gguf},     Verb{"study", add_study},
    Verb{"load", add_load},       Verb{"decide", add_decide}, Verb{"export", add_export},
    Verb{"compare", add_compare}, Verb{"verify", add_verify}, Verb{"doctor", add_doctor},
    Verb{"twin", add_twin},
};

constexpr const char* kDescription =
    "Decides which local language model to ship on this machine, with which settings, and proves "
    "it.";

constexpr const char* kFooter =
    "Example:\n"
    "  assay study plan examples/quickstart/study.toml    what would run, and what it would take\n"
    "  assay study run examples/quickstart/study.toml     run it; Ctrl-C and resume at any time\n"
    "  assay study report latest                          the findings and the decision\n"
    "\n";

constexpr std::size_t kFooterColumns = 88;

/// "Exit codes: 0 success, 1 internal, …", wrapped, from the table of errors.
std::string exit_codes() {
  std::string text = "Exit codes: 0 success";
  std::size_t width = text.size();
  for (const base::ErrorKindRow& row : base::ErrorKindTable()) {
    std::string words = fmt::format("{} {}", row.exit_code, row.name);
    std::replace(words.begin(), words.end(), '_', ' ');
    const bool fits = width + words.size() + 2 <= kFooterColumns;
    width = fits ? width + words.size() + 2 : words.size();
    text += (fits ? ", " : ",\n") + words;
  }
  return text + ".";
}

void report(base::Context& context, const base::Error& error) {
  const bool color = context.terminal.color;
  context.err << fmt::format("{}error:{} {}\n", color ? "\x1b[1;31m" : "", color ? "\x1b[0m" : "",
                             error.to_string());
  context.err.flush();
}

std::vector<std::string> subcommands_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(child->get_name());
  }
  return names;
}

/// The word that is no subcommand, or that one is missing, where CLI11 only says that one is
/// required; none when something else is wrong.
std::optional<base::Error> wrong_subcommand(const CLI::App& app,
                                            const std::vector<std::string>& arguments) {
  const CLI::App* command = &app;
  std::string path = "assay";
  for (std::size_t index = 0; index < arguments.size(); ++index) {
    const std::string& word = arguments[index];
    if (word == "--home") ++index;  // Its value may be any word.
    if (word.starts_with('-')) continue;
    const std::vector<std::string> names = subcommands_of(*command);
    if (names.empty()) return std::nullopt;
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      const auto nearest = base::nearest(word, names);
      return base::usage_error(
          fmt::format("`{}` has no subcommand `{}`", path, word),
          fmt::format("{}known: {}", nearest ? fmt::format("did you mean `{}`? ", *nearest) : "",
                      fmt::join(names, ", ")));
    }
    path += " " + word;
    command = command->get_subcommand(word);
  }
  const std::vector<std::string> names = subcommands_of(*command);
  if (names.empty()) return std::nullopt;
  return base::usage_error(fmt::format("`{}` needs a subcommand", path),
                           fmt::format("known: {}", fmt::join(names, ", ")));
}

int exit_code(base::Context& context, const base::Error& error) {
  report(context, error);
  return base::row_of(error.kind).exit_code;
}

}  // namespace

CLI::App* add_command(CLI::App& parent, const std::string& name, const std::string& description,
                      const std::string& example) {
  CLI::App* command = parent.add_subcommand(name, description);
  command->footer("Example:\n" + example);
  command->fallthrough();
  return command;
}

void add_study_id(CLI::App& command, std::string& id) {
  command.add_option("id", id, "The study's id, its beginning, or latest")
      ->required()
      ->type_name("ID");
}

void add_json_flag(CLI::App& command, bool& json) {
  command.add_flag("--json", json, "Print one JSON record on stdout");
}

std::unique_ptr<CLI::App> make_app(Action& chosen, std::string& home) {
  auto app = std::make_unique<CLI::App>(kDescription, "assay");
  app->footer(kFooter + exit_codes());
  app->require_subcommand(1);
  app->set_version_flag("--version", std::string("assay ") + ASSAY_VERSION);
  app->add_option("--home", home,
                  "Folder of the journal, reports and logs [$ASSAY_HOME, else ./.assay]")
      ->type_name("DIR");
  for (const Verb& verb : kVerbs) verb.add(*app, chosen);
  return app;
}

int run(base::Context& context, const std::vector<std::string>& arguments) {
  try {
    Action chosen;
    std::string home;
    const auto app = make_app(chosen, home);
    try {
      std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
      app->parse(reversed);
    } catch (const CLI::Success& asked) {
      return app->exit(asked, context.out, context.err);  // --help or --version.
    } catch (const CLI::ParseError& wrong) {
      if (const auto subcommand = wrong_subcommand(*app, arguments)) {
        return exit_code(context, *subcommand);
      }
      return exit_code(
          context, base::usage_error(wrong.what(), "see `assay --help`, or `--help` after a verb"));
    }
    if (!home.empty()) context.home = home;
    ASSAY_CHECK(chosen, "a parsed command chose a verb");
    const base::Status status = chosen(context);
    context.out.flush();
    if (!status.has_value()) return exit_code(context, status.error());
    if (!context.out) {
      return exit_code(context, base::system_error("cannot write the result to stdout",
                                                   "is the disk full or the reader gone?"));
    }
    return 0;
  } catch (const std::exception& thrown) {
    return exit_code(context, base::internal_error(thrown.what()));
  }
}

}  // namespace assay::cli
