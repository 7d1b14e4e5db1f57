#include "catalog/survey.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <optional>
#include <thread>
#include <utility>

#include "catalog/folder_walk.h"
#include "catalog/llamafile.h"
#include "catalog/shard_name.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kThreadsMax = 16;

/// The same file, whatever it is called.
using Identity = std::pair<std::uint64_t, std::uint64_t>;

std::optional<Identity> identify(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return Identity{static_cast<std::uint64_t>(status.st_dev),
                  static_cast<std::uint64_t>(status.st_ino)};
}

/// Files as they come in, each once.
class Gathering {
 public:
  void take(std::string_view source, Findings findings) {
    for (Unusable& unusable : findings.unusable) refuse(source, std::move(unusable));
    for (FoundFile& file : findings.files) take_file(source, std::move(file));
  }

  Survey survey;

 private:
  void refuse(std::string_view source, Unusable unusable) {
    survey.unusable.push_back(
        {std::string(source), std::move(unusable.path), std::move(unusable.reason)});
  }

  void take_file(std::string_view source, FoundFile file) {
    if (const auto shard = read_shard_name(file.path); shard && shard->number != 1) {
      if (!fs::exists(shard->first)) {
        refuse(source, {file.path, fmt::format("is file {} of {} of a model whose first is missing",
                                               shard->number, shard->count)});
      }
      return;
    }
    const auto identity = identify(file.path);
    if (!identity) return refuse(source, {file.path, "is not there any more"});
    const auto [place, is_new] = known_.emplace(*identity, survey.models.size());
    if (is_new) {
      LocalModel model;
      model.path = std::move(file.path);
      survey.models.push_back(std::move(model));
    }
    add_name(survey.models[place->second], {std::string(source), std::move(file.name)});
  }

  static void add_name(LocalModel& model, ModelName name) {
    const bool known =
        std::any_of(model.names.begin(), model.names.end(), [&](const ModelName& other) {
          return other.source == name.source && other.name == name.name;
        });
    if (!known) model.names.push_back(std::move(name));
  }

  std::map<Identity, std::size_t> known_;
};

/// Nobody above reads tokens, and those of 200 models are tens of megabytes.
void drop_vocabulary(gguf::Header& header) {
  for (auto& [key, value] : header.metadata) {
    auto* array = std::get_if<gguf::Array>(&value);
    if (array != nullptr && key.starts_with("tokenizer.")) array->head = {};
  }
}

base::Status read_into(LocalModel& model) {
  if (model.path.extension() == ".llamafile") {
    ASSAY_TRY(const ArchivedModel archived, find_archived_model(model.path));
    ASSAY_TRY(model.header, read_archived_header(model.path, archived));
    model.header_offset = archived.offset;
  } else {
    ASSAY_TRY(model.header, gguf::read_header(model.path));
  }
  drop_vocabulary(model.header);
  model.kind = kind_of(model.header, model.path);
  return base::Done{};
}

/// The reason each model cannot be read, by its place; empty for those that can.
std::vector<std::string> read_all(std::vector<LocalModel>& models) {
  std::vector<std::string> reasons(models.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t at = next++; at < models.size(); at = next++) {
      const base::Status read = read_into(models[at]);
      if (!read.has_value()) reasons[at] = read.error().message;
    }
  };
  const unsigned wanted = std::clamp(std::thread::hardware_concurrency(), 1U, kThreadsMax);
  std::vector<std::jthread> threads;
  for (unsigned started = 1; started < wanted && started < models.size(); ++started) {
    threads.emplace_back(work);
  }
  work();
  threads.clear();
  return reasons;
}

Survey read_gathered(Gathering gathering) {
  Survey survey = std::move(gathering.survey);
  const std::vector<std::string> reasons = read_all(survey.models);
  std::vector<LocalModel> readable;
  for (std::size_t at = 0; at < survey.models.size(); ++at) {
    LocalModel& model = survey.models[at];
    if (reasons[at].empty()) {
      readable.push_back(std::move(model));
    } else {
      survey.unusable.push_back({model.names.front().source, model.path, reasons[at]});
    }
  }
  survey.models = std::move(readable);
  return survey;
}

base::Status gather_folders(std::span<const fs::path> folders, Gathering& gathering) {
  for (const fs::path& folder : folders) {
    std::error_code error;
    Findings findings;
    if (fs::is_regular_file(folder, error)) {
      findings.files.push_back({folder, name_without_ending(folder.filename())});
    } else if (fs::is_directory(folder, error)) {
      walk_folder(folder, findings);
    } else {
      return base::bad_input("expected a folder of models or a model, found nothing there",
                             "check the path given with --models", folder.string());
    }
    gathering.take(folder.string(), std::move(findings));
  }
  return base::Done{};
}

}  // namespace

base::Result<Survey> survey_models(const Surroundings& surroundings,
                                   std::span<const fs::path> folders) {
  Gathering gathering;
  for (const Source& source : sources()) {
    Findings findings;
    source.find(surroundings, findings);
    gathering.take(source.name, std::move(findings));
  }
  ASSAY_TRY_DONE(gather_folders(folders, gathering));
  return read_gathered(std::move(gathering));
}

}  // namespace assay::catalog
