#include "cli/model_words.h"

#include <fmt/format.h>

#include <ostream>

namespace assay::cli {
namespace {

/// Three digits that count.
std::string three_digits(double value) {
  return value >= 100  ? fmt::format("{:.0f}", value)
         : value >= 10 ? fmt::format("{:.1f}", value)
                       : fmt::format("{:.2f}", value);
}

}  // namespace

void add_model_folders(CLI::App& command, std::vector<std::string>& folders) {
  command
      .add_option("--models", folders,
                  "A folder of models, or a model, beside the stores of other programs; may be "
                  "given several times")
      ->type_name("DIR|FILE")
      ->take_all()
      ->allow_extra_args(false);
}

base::Result<catalog::Survey> look_for_models(base::Context& context,
                                              const std::vector<std::string>& folders) {
  const std::vector<std::filesystem::path> paths(folders.begin(), folders.end());
  const bool seen = context.terminal.err_is_terminal;
  if (seen) context.err << "looking for models …" << std::flush;
  auto survey = catalog::survey_models({context}, paths);
  if (seen) context.err << "\r\x1b[K" << std::flush;
  return survey;
}

std::string parameter_words(std::uint64_t parameters) {
  const auto count = static_cast<double>(parameters);
  if (count >= 1e9) return three_digits(count / 1e9) + "B";
  if (count >= 1e6) return fmt::format("{:.0f}M", count / 1e6);
  return fmt::format("{:.0f}K", count / 1e3);
}

std::string token_words(std::uint64_t tokens) {
  if (tokens == 0) return "?";
  std::string text = std::to_string(tokens);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string range_words(const gguf::Range& range) {
  if (range.value <= 0) return "?";
  return fmt::format("{} ({}-{})", three_digits(range.value), three_digits(range.low),
                     three_digits(range.high));
}

}  // namespace assay::cli
