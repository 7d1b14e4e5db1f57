#include "cli/write_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/file.h"
#include "catalog/task_ladder.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;
using catalog::Assessment;
using catalog::TaskKind;
using catalog::Wish;

constexpr std::size_t kModelsMost = 3;
constexpr std::string_view kPack = "deskwork";

/// The cases of the shipped pack that are about a kind of task; none: the whole pack, which shows
/// whether a model follows instructions.
std::span<const std::string_view> cases_about(TaskKind task) {
  static constexpr std::array<std::string_view, 6> kExtraction{"lookup",   "many",   "passage",
                                                               "document", "absent", "json"};
  static constexpr std::array<std::string_view, 2> kClassification{"topic", "sentiment"};
  static constexpr std::array<std::string_view, 1> kTools{"tool"};
  static constexpr std::array<std::string_view, 3> kReasoning{"sum", "sort", "reverse"};
  switch (task) {
    case TaskKind::Extraction:
      return kExtraction;
    case TaskKind::Classification:
      return kClassification;
    case TaskKind::Tools:
      return kTools;
    case TaskKind::Reasoning:
      return kReasoning;
    case TaskKind::Chat:
    case TaskKind::Coding:
      return {};
  }
  return {};
}

std::uint64_t usual_answer_tokens(TaskKind task) {
  switch (task) {
    case TaskKind::Extraction:
    case TaskKind::Classification:
    case TaskKind::Tools:
      return 256;
    case TaskKind::Chat:
      return 512;
    case TaskKind::Coding:
    case TaskKind::Reasoning:
      return 2048;
  }
  return 256;
}

/// Long enough that answers of the kind are rarely cut; the prompt must fit beside them.
std::uint64_t answer_tokens(const Wish& wish) {
  const std::uint64_t slot = wish.context_tokens / static_cast<std::uint64_t>(wish.slots);
  return std::clamp<std::uint64_t>(slot / 2, 1, usual_answer_tokens(wish.task));
}

/// A TOML string. Paths may hold anything but a zero byte.
std::string toml_string(const std::string& text) {
  std::string out = "\"";
  for (const char letter : text) {
    if (letter == '"' || letter == '\\') {
      out += '\\';
      out += letter;
    } else if (static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F) {
      out += fmt::format("\\u{:04X}", static_cast<int>(letter));
    } else {
      out += letter;
    }
  }
  return out + "\"";
}

/// As a study takes it: without what separates parts of a cell's name.
std::string study_name(std::string name, std::set<std::string>& taken) {
  std::replace_if(
      name.begin(), name.end(),
      [](char letter) { return letter == '/' || static_cast<unsigned char>(letter) <= ' '; }, '-');
  std::string unique = name;
  for (int number = 2; !taken.insert(unique).second; ++number) {
    unique = fmt::format("{}-{}", name, number);
  }
  return unique;
}

std::vector<const Assessment*> first_files(const std::vector<Assessment>& ranked) {
  std::vector<const Assessment*> files;
  for (const Assessment& model : ranked) {
    const bool loadable = model.kept() && !model.path.empty() && !model.in_llamafile;
    if (loadable && files.size() < kModelsMost) files.push_back(&model);
  }
  return files;
}

base::Result<std::vector<fs::path>> cases_of(const StudyRequest& request, TaskKind task) {
  std::error_code error;
  if (!request.pack.empty()) {
    if (fs::exists(request.pack, error)) return std::vector{request.pack};
    return base::bad_input("expected cases (a task pack or .jsonl file), found nothing there",
                           "check the path given with --pack", request.pack.string());
  }
  const fs::path pack = request.shipped_packs / kPack;
  if (!fs::exists(pack / "pack.toml", error)) {
    return base::bad_input(
        fmt::format("the shipped cases are not at {}", pack.string()),
        "run from assay's folder, or give cases of yours with --pack: they are the better "
        "evidence");
  }
  std::vector<fs::path> cases;
  for (const std::string_view name : cases_about(task)) {
    cases.push_back(pack / fmt::format("{}.jsonl", name));
  }
  if (cases.empty()) cases.push_back(pack);
  return cases;
}

std::string header_text(const StudyRequest& request, const Wish& wish) {
  const std::string file = request.file.string();
  return fmt::format(
      "# Written by `assay shortlist --task {0}`. The settings are priors: this study tests them.\n"
      "#   assay study plan {1}    what would run, and what it would take\n"
      "#   assay study run {1}     run it\n\n",
      name_of(wish.task), file);
}

std::string settings_text(const Assessment& first, const Wish& wish) {
  const catalog::StartingSettings priors = starting_settings(first.tier);
  std::string text = fmt::format(
      "# What every cell starts from: the priors for the tier {}.\n[baseline]\n"
      "temperature = {:.1f}\ntop_p = {:.2f}\nmax_tokens = {}\ncontext = {}\n",
      name_of(first.tier), priors.temperature_low, priors.top_p, answer_tokens(wish),
      wish.context_tokens);
  if (wish.slots > 1) text += fmt::format("parallel = {}\n", wish.slots);
  return text + fmt::format(
                    "\n# Each level is one more cell that differs from the baseline in that one "
                    "thing.\n[factors]\ntemperature = [0.0, {:.1f}]\ntop_p = [1.0]\n",
                    priors.temperature_high);
}

std::string study_text(const StudyRequest& request, const std::vector<const Assessment*>& models,
                       const std::vector<fs::path>& cases, const Wish& wish,
                       std::vector<std::string>& names) {
  std::vector<std::string> tasks;
  const fs::path folder = fs::absolute(request.file).parent_path();
  for (const fs::path& one : cases) {
    tasks.push_back(toml_string(fs::absolute(one).lexically_proximate(folder).string()));
  }
  std::string text = header_text(request, wish);
  if (request.pack.empty() && cases_about(wish.task).empty()) {
    text += fmt::format("# None of the shipped cases is about {}: put your own in their place.\n",
                        name_of(wish.task));
  }
  text += fmt::format("[study]\nname = \"shortlist-{}\"\ntasks = [\n  {},\n]\nrepeats = 3\n\n",
                      name_of(wish.task), fmt::join(tasks, ",\n  "));
  std::set<std::string> taken;
  for (const Assessment* model : models) {
    names.push_back(study_name(model->model, taken));
    text += fmt::format("[[model]]\nname = {}\ngguf = {}\n\n", toml_string(names.back()),
                        toml_string(fs::absolute(model->path).string()));
  }
  return text + settings_text(*models.front(), wish);
}

}  // namespace

base::Result<WrittenStudy> write_study(const StudyRequest& request,
                                       const std::vector<Assessment>& ranked, const Wish& wish) {
  std::error_code error;
  if (fs::exists(request.file, error)) {
    return base::bad_input("a file of that name exists already", "name another, or remove it first",
                           request.file.string());
  }
  const std::vector<const Assessment*> models = first_files(ranked);
  if (models.empty()) {
    return base::bad_input("no model that was kept is a file on this machine",
                           "a study needs one: fetch one of the list, or give a folder with "
                           "--models");
  }
  ASSAY_TRY(const std::vector<fs::path> cases, cases_of(request, wish.task));
  WrittenStudy written;
  written.cases_suit = !request.pack.empty() || !cases_about(wish.task).empty();
  ASSAY_TRY_DONE(
      base::write_file(request.file, study_text(request, models, cases, wish, written.models)));
  return written;
}

}  // namespace assay::cli
