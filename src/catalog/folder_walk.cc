#include "catalog/folder_walk.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <set>
#include <utility>

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32)
                                          : static_cast<char>(letter);
  });
  return text;
}

class Walk {
 public:
  Walk(fs::path start, Findings& findings, const WalkLimits& limits)
      : start_(std::move(start)), findings_(findings), limits_(limits) {}

  void enter(const fs::path& folder, int depth) {
    if (!is_new(folder)) return;
    std::vector<fs::path> folders;
    std::vector<fs::path> files;
    if (!list(folder, folders, files)) return;
    std::sort(files.begin(), files.end());
    std::sort(folders.begin(), folders.end());
    for (const fs::path& file : files) {
      findings_.files.push_back({file, name_without_ending(file.lexically_relative(start_))});
    }
    for (const fs::path& inner : folders) {
      if (is_full_) return;
      if (depth == limits_.depth_max) {
        findings_.unusable.push_back(
            {inner, fmt::format("lies more than {} folders deep, so it was not looked into",
                                limits_.depth_max)});
      } else {
        enter(inner, depth + 1);
      }
    }
  }

 private:
  /// False for a folder that was entered before: links may lead in circles.
  bool is_new(const fs::path& folder) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) != 0) return true;
    return seen_.emplace(status.st_dev, status.st_ino).second;
  }

  bool list(const fs::path& folder, std::vector<fs::path>& folders, std::vector<fs::path>& files) {
    std::error_code error;
    fs::directory_iterator entries(folder, error);
    while (!error && entries != fs::directory_iterator()) {
      if (++entries_ > limits_.entries_max) {
        is_full_ = true;
        findings_.unusable.push_back(
            {start_, fmt::format("has more than {} files, so the rest was not looked at; give the "
                                 "folder that holds the models",
                                 limits_.entries_max)});
        return false;
      }
      sort_in(entries->path(), folders, files);
      entries.increment(error);
    }
    if (error) findings_.unusable.push_back({folder, "cannot be listed: " + error.message()});
    return true;
  }

  void sort_in(const fs::path& path, std::vector<fs::path>& folders, std::vector<fs::path>& files) {
    std::error_code error;
    const fs::file_type type = fs::status(path, error).type();
    if (type == fs::file_type::directory) {
      folders.push_back(path);
    } else if (!looks_like_model(path)) {
      return;
    } else if (type == fs::file_type::regular) {
      files.push_back(path);
    } else if (type == fs::file_type::not_found) {
      findings_.unusable.push_back({path, "is a link to a file that is not there"});
    }
  }

  fs::path start_;
  Findings& findings_;
  WalkLimits limits_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::size_t entries_ = 0;
  bool is_full_ = false;
};

}  // namespace

bool looks_like_model(const fs::path& path) {
  const std::string ending = lower_case(path.extension().string());
  return ending == ".gguf" || ending == ".llamafile";
}

std::string name_without_ending(const fs::path& path) {
  return fs::path(path).replace_extension().generic_string();
}

void walk_folder(const fs::path& folder, Findings& findings, const WalkLimits& limits) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) return;
  Walk(folder, findings, limits).enter(folder, 0);
}

}  // namespace assay::catalog
