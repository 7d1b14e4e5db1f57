#include "gguf/shards.h"

#include <fmt/format.h>

namespace assay::gguf {
namespace {

namespace fs = std::filesystem;

/// What five digits can name.
constexpr std::uint64_t kShardsMax = 99'999;

}  // namespace

base::Result<std::vector<fs::path>> other_shards(const Header& header, const fs::path& path) {
  const std::uint64_t count = header.integer("split.count").value_or(1);
  if (count <= 1) return std::vector<fs::path>{};
  if (count > kShardsMax) {
    return base::bad_input(
        fmt::format("expected at most {} files, found split.count {}", kShardsMax, count),
        "the file is damaged; fetch it again", path.string());
  }
  const std::string ending = fmt::format("-00001-of-{:05}.gguf", count);
  const std::string name = path.filename().string();
  if (name.size() < ending.size() ||
      name.compare(name.size() - ending.size(), ending.size(), ending) != 0) {
    return base::bad_input(
        fmt::format("expected the first of the model's {} files, named …{}", count, ending),
        "give the first file; the others are found beside it", path.string());
  }
  const std::string stem = name.substr(0, name.size() - ending.size());
  std::vector<fs::path> others;
  for (std::uint64_t number = 2; number <= count; ++number) {
    fs::path other =
        path.parent_path() / fmt::format("{}-{:05}-of-{:05}.gguf", stem, number, count);
    std::error_code ignored;
    if (!fs::exists(other, ignored)) {
      return base::bad_input(fmt::format("file {} of the model's {} is missing", number, count),
                             "put all files of the model into one folder", other.string());
    }
    others.push_back(std::move(other));
  }
  return others;
}

}  // namespace assay::gguf
