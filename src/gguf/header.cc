#include "gguf/header.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <map>

#include "base/text.h"
#include "gguf/parse.h"
#include "gguf/quantization.h"
#include "gguf/shards.h"

namespace assay::gguf {
namespace {

namespace fs = std::filesystem;

/// Most headers fit into the first piece; vocabularies of 250,000 tokens take about 10 MiB.
constexpr std::uint64_t kFirstPieceBytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t kHeaderBytesMax = std::uint64_t{1} << 30U;

class File {
 public:
  explicit File(const fs::path& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int number() const { return number_; }

 private:
  int number_;
};

/// Grows `bytes` to the file's first `wanted` bytes; fewer when the file ends earlier.
base::Status read_up_to(const File& file, std::uint64_t wanted, std::string& bytes) {
  std::size_t have = bytes.size();
  bytes.resize(wanted);
  while (have < wanted) {
    const ssize_t count =
        ::pread(file.number(), bytes.data() + have, wanted - have, static_cast<off_t>(have));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return base::errno_error(errno, "read the model");
    if (count == 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  return base::Done{};
}

base::Result<std::uint64_t> regular_size(const File& file) {
  struct stat status {};
  if (::fstat(file.number(), &status) != 0) return base::errno_error(errno, "look at the model");
  if (!S_ISREG(status.st_mode)) {
    return base::bad_input("expected a GGUF model, found a folder or device",
                           "give the model file itself");
  }
  return static_cast<std::uint64_t>(status.st_size);
}

base::Result<Header> read_one(const fs::path& path) {
  const File file(path);
  if (file.number() < 0) return base::errno_error(errno, "open the model");
  ASSAY_TRY(const std::uint64_t size, regular_size(file));
  std::string bytes;
  for (std::uint64_t wanted = kFirstPieceBytes; wanted <= kHeaderBytesMax; wanted *= 4) {
    ASSAY_TRY_DONE(read_up_to(file, std::min(wanted, size), bytes));
    // A file that shrank since its size was asked for counts as what could be read.
    auto parsed = parse_start(bytes, bytes.size() < std::min(wanted, size) ? bytes.size() : size);
    if (auto* header = std::get_if<Header>(&parsed)) return std::move(*header);
    if (auto* error = std::get_if<base::Error>(&parsed)) return std::move(*error);
  }
  return base::bad_input(fmt::format("expected a header of at most {}, it goes on",
                                     base::human_bytes(kHeaderBytesMax)),
                         "the file is damaged; fetch it again");
}

}  // namespace

std::optional<std::string> Header::text(std::string_view key) const {
  const auto found = metadata.find(key);
  if (found == metadata.end()) return std::nullopt;
  const auto* value = std::get_if<std::string>(&found->second);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

std::optional<std::uint64_t> Header::integer(std::string_view key) const {
  const auto found = metadata.find(key);
  return found == metadata.end() ? std::nullopt : integer_of(found->second);
}

std::optional<std::uint64_t> Header::architecture_integer(std::string_view key) const {
  const auto architecture = text("general.architecture");
  return architecture ? integer(fmt::format("{}.{}", *architecture, key)) : std::nullopt;
}

std::uint64_t Header::parameters() const {
  std::uint64_t sum = 0;
  for (const Tensor& tensor : tensors) sum = saturating_add(sum, tensor.elements);
  return sum;
}

std::uint64_t Header::weight_bytes() const {
  std::uint64_t sum = 0;
  for (const Tensor& tensor : tensors) sum = saturating_add(sum, tensor.bytes);
  return sum;
}

std::string Header::quantization() const {
  if (const auto file_type = integer("general.file_type")) {
    if (const auto name = file_type_name(*file_type)) return std::string(*name);
  }
  std::map<std::uint32_t, std::uint64_t> elements;
  for (const Tensor& tensor : tensors) {
    elements[tensor.type] = saturating_add(elements[tensor.type], tensor.elements);
  }
  const auto most = std::max_element(
      elements.begin(), elements.end(),
      [](const auto& left, const auto& right) { return left.second < right.second; });
  if (most == elements.end()) return "unknown";
  const TensorType* type = find_tensor_type(most->first);
  return type != nullptr ? std::string(type->name) : fmt::format("type {}", most->first);
}

std::optional<std::uint64_t> integer_of(const Value& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value)) return *number;
  const auto* number = std::get_if<std::int64_t>(&value);
  if (number == nullptr || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

base::Result<Header> read_header(const fs::path& path) {
  auto header = read_one(path);
  if (!header.has_value()) return std::move(header.error()).in(path.string());
  ASSAY_TRY(const std::vector<fs::path> others, other_shards(*header, path));
  for (const fs::path& other : others) {
    auto part = read_one(other);
    if (!part.has_value()) return std::move(part.error()).in(other.string());
    header->file_bytes = saturating_add(header->file_bytes, part->file_bytes);
    std::move(part->tensors.begin(), part->tensors.end(), std::back_inserter(header->tensors));
  }
  return header;
}

base::Result<Header> parse_header(std::string_view bytes, std::uint64_t file_bytes) {
  auto parsed = parse_start(bytes, file_bytes);
  if (auto* header = std::get_if<Header>(&parsed)) return std::move(*header);
  if (auto* error = std::get_if<base::Error>(&parsed)) return std::move(*error);
  return base::bad_input(fmt::format("the header goes on beyond the {} bytes given", bytes.size()),
                         "give more of the file");
}

}  // namespace assay::gguf
