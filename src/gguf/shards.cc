#include "gguf/shards.h"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <utility>

#include "base/text.h"
#include "gguf/parse.h"
#include "gguf/parse_tensors.h"

namespace assay::gguf {
namespace {

/// What five digits can name.
constexpr std::uint64_t kShardsMax = 99'999;

/// A split model's name, apart: what stands before the number and after the count, which is ".gguf"
/// and a URL's query.
struct ShardName {
  std::string before;
  std::string after;
  std::uint64_t count = 0;

  std::string of(std::uint64_t number) const {
    return fmt::format("{}-{:05}-of-{:05}{}", before, number, count, after);
  }
};

base::Result<ShardName> split_name(const std::string& name, std::uint64_t count) {
  const std::string middle = fmt::format("-00001-of-{:05}", count);
  const std::string ending = middle + ".gguf";
  const std::size_t found = name.rfind(ending);
  const std::size_t after = found + ending.size();
  if (found == std::string::npos || (after < name.size() && name[after] != '?')) {
    return base::bad_input(
        fmt::format("expected the first of the model's {} files, named …{}", count, ending),
        "give the first file; the others are found beside it", name);
  }
  return ShardName{name.substr(0, found), name.substr(found + middle.size()), count};
}

base::Status check_place(const Header& part, std::uint64_t number, std::uint64_t count,
                         const std::string& name) {
  const std::uint64_t part_count = part.integer("split.count").value_or(count);
  const std::uint64_t part_number =
      saturating_add(part.integer("split.no").value_or(number - 1), 1);
  if (part_count == count && part_number == number) return base::Done{};
  return base::bad_input(
      fmt::format("expected file {} of {} by its split.no and split.count, found "
                  "file {} of {}",
                  number, count, part_number, part_count),
      "the file belongs to another model or was renamed; fetch it again", name);
}

base::Error missing(base::Error error, std::uint64_t number, const ShardName& name) {
  if (error.kind != base::ErrorKind::BadInput) return error;
  return base::bad_input(
      fmt::format("file {} of the model's {} is missing ({})", number, name.count, error.message),
      "put all files of the model into one folder", name.of(number));
}

base::Status add_tensors(Header part, Header& header) {
  if (header.tensors.size() + part.tensors.size() > kTensorsMax) {
    return malformed(fmt::format("expected at most {} tensors in all files together", kTensorsMax));
  }
  header.file_bytes = saturating_add(header.file_bytes, part.file_bytes);
  std::move(part.tensors.begin(), part.tensors.end(), std::back_inserter(header.tensors));
  return base::Done{};
}

/// What all files together must be.
base::Status check_whole(const Header& header) {
  const std::uint64_t found = header.tensors.size();
  const std::uint64_t expected = header.integer("split.tensors.count").value_or(found);
  if (expected != found) {
    return malformed(
        fmt::format("expected {} tensors in all files together by split.tensors.count, "
                    "found {}",
                    expected, found));
  }
  if (const auto name = find_duplicate_name(header.tensors)) {
    return malformed(
        fmt::format("the tensor `{}` stands in two files", base::ellipsize(*name, 80)));
  }
  return base::Done{};
}

}  // namespace

base::Status add_shards(Header& header, const std::string& name, const OpenSource& open) {
  const std::uint64_t count = header.integer("split.count").value_or(1);
  if (count <= 1) return base::Done{};
  if (count > kShardsMax) {
    return base::bad_input(
        fmt::format("expected at most {} files, found split.count {}", kShardsMax, count),
        "the file is damaged; fetch it again", name);
  }
  ASSAY_TRY(const ShardName names, split_name(name, count));
  ASSAY_TRY_DONE(check_place(header, 1, count, name));
  for (std::uint64_t number = 2; number <= count; ++number) {
    auto source = open(names.of(number));
    if (!source.has_value()) return missing(std::move(source.error()), number, names);
    ASSAY_TRY(Header part, read_one_header(*source));
    ASSAY_TRY_DONE(check_place(part, number, count, source->name));
    if (auto added = add_tensors(std::move(part), header); !added.has_value()) {
      return std::move(added.error()).in(source->name);
    }
  }
  if (auto whole = check_whole(header); !whole.has_value()) {
    return std::move(whole.error()).in(name);
  }
  return base::Done{};
}

}  // namespace assay::gguf
