#include "cli/reference.h"

#include <fmt/core.h>

#include <cmath>

#include "base/error.h"
#include "base/text.h"
#include "cli/cli.h"
#include "study/factor.h"

namespace assay::cli {
namespace {

constexpr const char* kGenerated =
    "\n*Generated from the source; `ASSAY_ACCEPT=1 ./test -R Reference` writes it again.*\n";

/// One command's help as a section, then those of its subcommands.
void add_help(const CLI::App& command, const std::string& path, std::string& page) {
  page += fmt::format("\n## {}\n\n```\n{}\n```\n", path, base::trim(command.help(path)));
  for (const CLI::App* child : command.get_subcommands([](const CLI::App*) { return true; })) {
    add_help(*child, path + " " + child->get_name(), page);
  }
}

std::string verbs_page() {
  Action chosen;
  std::string home;
  const auto app = make_app(chosen, home);
  std::string page = fmt::format("# Verbs\n{}", kGenerated);
  add_help(*app, "assay", page);
  return page;
}

std::string exit_codes_page() {
  std::string page = fmt::format(
      "# Exit codes\n{}\n| code | name | when |\n|---|---|---|\n| 0 | success | Everything asked "
      "for "
      "was done. |\n",
      kGenerated);
  for (const base::ErrorKindRow& row : base::ErrorKindTable()) {
    page += fmt::format("| {} | {} | {} |\n", row.exit_code, row.name, row.meaning);
  }
  return page;
}

std::string_view place_words(study::FactorPlace place) {
  switch (place) {
    case study::FactorPlace::Request:
      return "request field";
    case study::FactorPlace::Prompt:
      return "messages";
    case study::FactorPlace::Dialogue:
      return "conversation";
    case study::FactorPlace::Load:
      return "load";
    case study::FactorPlace::Guest:
      return "server flag";
  }
  return "";
}

std::string values_words(const study::Factor& factor) {
  switch (factor.type) {
    case study::FactorType::Boolean:
      return "true, false";
    case study::FactorType::Text: {
      std::string words;
      for (const std::string& choice : base::split(factor.choices, ' ')) {
        words += (words.empty() ? "" : ", ") + choice;
      }
      return words.empty() ? "text" : words;
    }
    case study::FactorType::Number:
    case study::FactorType::Integer:
      break;
  }
  const std::string kind = factor.type == study::FactorType::Integer ? "integer" : "number";
  if (factor.high >= study::kIntegerMost) return fmt::format("{}, at least {}", kind, factor.low);
  return fmt::format("{}, {} to {}", kind, factor.low, factor.high);
}

std::string factors_page() {
  std::string page = fmt::format(
      "# Factors\n{}\nWhat `[baseline]` may set and `[factors]` may move in a study file. A server "
      "flag needs a model given\nby `gguf`, and each of its levels is a load of its own.\n\n"
      "| factor | acts on | values | meaning |\n|---|---|---|---|\n",
      kGenerated);
  for (const study::Factor& factor : study::factors()) {
    page += fmt::format("| `{}` | {} `{}` | {} | {} |\n", factor.name, place_words(factor.place),
                        factor.field, values_words(factor), factor.meaning);
  }
  return page;
}

}  // namespace

std::vector<ReferencePage> reference_pages() {
  return {{"verbs.md", verbs_page()},
          {"exit-codes.md", exit_codes_page()},
          {"factors.md", factors_page()}};
}

}  // namespace assay::cli
