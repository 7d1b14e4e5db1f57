#include "gguf/hollow.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <system_error>

#include "base/random.h"
#include "gguf/hollow_tokenizer.h"
#include "gguf/hollow_values.h"
#include "gguf/quantization.h"
#include "gguf/writer.h"

namespace assay::gguf {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSeed = 20260101;
constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20U;
constexpr std::uint64_t kDiskBlockBytes = 512;  ///< The unit of st_blocks.

/// Removes the unfinished file unless it was kept.
class Unfinished {
 public:
  explicit Unfinished(fs::path path) : path_(std::move(path)) {}
  ~Unfinished() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove(path_, ignored);
  }
  Unfinished(const Unfinished&) = delete;
  Unfinished& operator=(const Unfinished&) = delete;

  const fs::path& path() const { return path_; }
  base::Status keep_as(const fs::path& final_path) {
    std::error_code failure;
    fs::rename(path_, final_path, failure);
    if (failure) {
      return base::system_error(fmt::format("cannot rename the file: {}", failure.message()), "",
                                final_path.string());
    }
    path_.clear();
    return base::Done{};
  }

 private:
  fs::path path_;
};

base::Error write_error(const fs::path& path) {
  return base::errno_error(errno, "write the hollow model", path.string());
}

bool is_router(const Tensor& tensor) { return tensor.name.ends_with("ffn_gate_inp.weight"); }

/// Writes values into the data section of a file whose rest is a hole.
class Filler {
 public:
  Filler(std::fstream& file, std::uint64_t data_offset) : file_(file), data_offset_(data_offset) {}

  void random(const Tensor& tensor, std::uint64_t bytes_max) {
    const TensorType* type = find_tensor_type(tensor.type);
    if (type == nullptr) return;
    std::uint64_t blocks = std::min(tensor.bytes, bytes_max) / type->block_bytes;
    const std::uint64_t blocks_at_once =
        std::max<std::uint64_t>(kPieceBytes / type->block_bytes, 1);
    seek(tensor);
    while (blocks > 0) {
      const std::string bytes =
          random_blocks(tensor.type, std::min(blocks, blocks_at_once), random_);
      if (bytes.empty()) return;
      write(bytes);
      blocks -= std::min(blocks, blocks_at_once);
    }
  }

  /// Does nothing to a tensor that is not F32.
  void ones(const Tensor& tensor) {
    if (tensor.bytes != tensor.elements * sizeof(float) || tensor.bytes > kPieceBytes) return;
    std::string bytes(tensor.elements * sizeof(float), '\0');
    constexpr float kOne = 1.0F;
    for (std::uint64_t offset = 0; offset < bytes.size(); offset += sizeof(float)) {
      std::memcpy(bytes.data() + offset, &kOne, sizeof(float));
    }
    seek(tensor);
    write(bytes);
  }

  std::uint64_t filled_bytes() const { return filled_bytes_; }

 private:
  void seek(const Tensor& tensor) {
    file_.seekp(static_cast<std::streamoff>(data_offset_ + tensor.offset));
  }
  void write(const std::string& bytes) {
    file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    filled_bytes_ += bytes.size();
  }

  std::fstream& file_;
  std::uint64_t data_offset_;
  base::Random random_{kSeed};
  std::uint64_t filled_bytes_ = 0;
};

std::uint64_t row_bytes(const Tensor& tensor) {
  return tensor.dimensions.empty() || tensor.elements == 0
             ? 0
             : tensor.bytes / (tensor.elements / tensor.dimensions.front());
}

/// Rotations are divided by these, so that zeros would make numbers that are none.
bool is_rotation_factor(const Tensor& tensor) {
  return tensor.name == "rope_freqs.weight" || tensor.name.starts_with("rope_factors_");
}

/// Rotation factors of every model; of a mixture what it needs to spread tokens over its experts.
void fill(const Header& header, const HollowOptions& options, Filler& filler) {
  const bool routed = options.embedding_rows_filled > 0 &&
                      std::any_of(header.tensors.begin(), header.tensors.end(), is_router);
  for (const Tensor& tensor : header.tensors) {
    if (is_rotation_factor(tensor) || (routed && tensor.name.ends_with("norm.weight"))) {
      filler.ones(tensor);
    } else if (routed && is_router(tensor)) {
      filler.random(tensor, tensor.bytes);
    } else if (routed && tensor.name == "token_embd.weight") {
      filler.random(tensor, saturating_multiply(row_bytes(tensor), options.embedding_rows_filled));
    }
  }
}

/// The header's bytes, then a hole up to the file's size, then the values that are not zero.
base::Result<HollowFile> write_file(std::string_view header_bytes, const Header& header,
                                    const fs::path& path, const HollowOptions& options) {
  std::error_code failure;
  if (fs::exists(path, failure)) {
    return base::bad_input("expected a name for a new file, found an existing one",
                           "name another file, or remove this one first", path.string());
  }
  Unfinished unfinished(fs::path(path) += ".unfinished");
  std::fstream file(unfinished.path(), std::ios::binary | std::ios::out | std::ios::trunc);
  file.write(header_bytes.data(), static_cast<std::streamsize>(header_bytes.size()));
  file.flush();
  if (!file) return write_error(path);
  fs::resize_file(unfinished.path(), header.file_bytes, failure);
  if (failure) {
    return base::system_error(
        fmt::format("cannot make a file of {} bytes: {}", header.file_bytes, failure.message()),
        "the file system may not know files with holes or of this size", path.string());
  }
  Filler filler(file, header.data_offset);
  fill(header, options, filler);
  file.close();
  if (!file) return write_error(path);
  ASSAY_TRY_DONE(unfinished.keep_as(path));
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return write_error(path);
  return HollowFile{header.file_bytes,
                    static_cast<std::uint64_t>(status.st_blocks) * kDiskBlockBytes,
                    filler.filled_bytes()};
}

}  // namespace

base::Result<HollowFile> write_hollow(const ModelShape& shape, std::string_view quantization,
                                      const fs::path& path, const HollowOptions& options) {
  ASSAY_TRY(Header header, header_of(shape, quantization));
  if (shape.vocabulary < kHollowVocabularyMin) {
    return base::bad_input(fmt::format("expected a vocabulary of at least {} tokens, found {}",
                                       kHollowVocabularyMin, shape.vocabulary),
                           "", shape.name);
  }
  add_hollow_tokenizer(header, shape.vocabulary);
  const std::uint64_t data_bytes = header.file_bytes - header.data_offset;
  ASSAY_TRY(const std::string bytes, write_header(header));
  header.data_offset = bytes.size();
  header.file_bytes = bytes.size() + data_bytes;
  return write_file(bytes, header, path, options);
}

base::Result<HollowFile> write_hollow(const ByteSource& model, const fs::path& path,
                                      const HollowOptions& options) {
  ASSAY_TRY(const Header header, read_one_header(model));
  ASSAY_TRY(const std::string bytes, model.read(0, std::min(header.data_offset, model.bytes)));
  return write_file(bytes, header, path, options);
}

}  // namespace assay::gguf
