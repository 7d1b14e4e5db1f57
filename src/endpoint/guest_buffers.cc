#include "endpoint/guest_buffers.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "gguf/header.h"

namespace assay::endpoint {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;
constexpr double kMebibytesMost = kMebibyte * kMebibyte;  ///< 1 EiB.
constexpr std::string_view kSizeMark = "buffer size = ";

/// "load_tensors:   CPU_Mapped model buffer size =     0.22 MiB" in its parts.
struct BufferLine {
  std::string_view device;  ///< "CPU_Mapped".
  std::string_view kind;    ///< "model".
  std::uint64_t bytes = 0;
};

std::optional<std::uint64_t> bytes_of(std::string_view text) {
  text = base::trim(text);
  double mebibytes = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), mebibytes);
  const std::string_view unit =
      base::trim(text.substr(static_cast<std::size_t>(end - text.data())));
  if (failure != std::errc() || !unit.starts_with("MiB")) return std::nullopt;
  if (!(mebibytes >= 0 && mebibytes <= kMebibytesMost)) return std::nullopt;
  return static_cast<std::uint64_t>(std::llround(mebibytes * kMebibyte));
}

std::optional<BufferLine> buffer_line(std::string_view line) {
  const std::size_t mark = line.find(kSizeMark);
  if (mark == std::string_view::npos) return std::nullopt;
  const std::string_view before = base::trim(line.substr(0, mark));
  const std::size_t colon = before.rfind(": ");
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view words = base::trim(before.substr(colon + 2));
  const std::size_t gap = words.find(' ');
  const auto bytes = bytes_of(line.substr(mark + kSizeMark.size()));
  if (gap == std::string_view::npos || !bytes) return std::nullopt;
  return BufferLine{words.substr(0, gap), base::trim(words.substr(gap)), *bytes};
}

/// Buffers that a card can read but that lie in main memory are called "CUDA_Host", "Vulkan_Host".
bool is_on_processor(std::string_view device) {
  return device.starts_with("CPU") || device.ends_with("_Host");
}

/// Whether the line closes a cache of keys only: "llama_kv_cache: size = …, V (f16):    0.00 MiB".
bool has_no_values(std::string_view line) {
  const std::size_t values = line.find(", V (");
  if (values == std::string_view::npos) return false;
  const std::size_t colon = line.find("):", values);
  return colon != std::string_view::npos && bytes_of(line.substr(colon + 2)) == 0;
}

class Reader {
 public:
  void take(std::string_view line) {
    if (line.find(" KV cache") != std::string_view::npos &&
        line.find("creating") != std::string_view::npos) {
      close_cache(false);
      is_windowed_ = line.find("non-SWA") == std::string_view::npos &&
                     line.find("SWA") != std::string_view::npos;
    } else if (line.find("kv_cache: size = ") != std::string_view::npos) {
      close_cache(has_no_values(line));
    } else if (const auto buffer = buffer_line(line)) {
      take_buffer(*buffer);
    }
  }

  GuestBuffers finish() {
    close_cache(false);
    for (const auto& [device, bytes] : compute_) add(device, &BufferSizes::compute, bytes);
    for (const auto& [device, bytes] : output_) add(device, &BufferSizes::output, bytes);
    return buffers_;
  }

 private:
  void take_buffer(const BufferLine& buffer) {
    if (buffer.kind == "model") {
      const bool is_copy = buffer.device.ends_with("REPACK");
      add(buffer.device, is_copy ? &BufferSizes::repacked : &BufferSizes::weights, buffer.bytes);
    } else if (buffer.kind == "KV") {
      open_cache_.emplace_back(buffer.device, buffer.bytes);
    } else if (buffer.kind == "RS") {
      add(buffer.device, &BufferSizes::cache_recurrent, buffer.bytes);
    } else if (buffer.kind == "compute") {
      compute_[std::string(buffer.device)] = buffer.bytes;
    } else if (buffer.kind == "output") {
      output_[std::string(buffer.device)] = buffer.bytes;
    }
  }

  void add(std::string_view device, std::uint64_t BufferSizes::*part, std::uint64_t bytes) {
    BufferSizes& sizes = is_on_processor(device) ? buffers_.processor : buffers_.devices;
    sizes.*part = gguf::saturating_add(sizes.*part, bytes);
  }

  /// A cache's kind is known only from the lines around its buffers.
  void close_cache(bool keys_only) {
    const auto part = is_windowed_ ? &BufferSizes::cache_windowed
                      : keys_only  ? &BufferSizes::cache_latent
                                   : &BufferSizes::cache_full;
    for (const auto& [device, bytes] : open_cache_) add(device, part, bytes);
    open_cache_.clear();
  }

  GuestBuffers buffers_;
  bool is_windowed_ = false;
  std::vector<std::pair<std::string_view, std::uint64_t>> open_cache_;  ///< Views of the log.
  std::map<std::string, std::uint64_t, std::less<>> compute_;           ///< By device.
  std::map<std::string, std::uint64_t, std::less<>> output_;
};

}  // namespace

std::uint64_t BufferSizes::total() const {
  std::uint64_t sum = 0;
  for (const std::uint64_t part : {weights, repacked, cache_full, cache_windowed, cache_latent,
                                   cache_recurrent, compute, output}) {
    sum = gguf::saturating_add(sum, part);
  }
  return sum;
}

GuestBuffers buffers_told(std::string_view log) {
  Reader reader;
  while (!log.empty()) {
    const std::size_t end = std::min(log.find('\n'), log.size());
    reader.take(log.substr(0, end));
    log.remove_prefix(std::min(end + 1, log.size()));
  }
  return reader.finish();
}

}  // namespace assay::endpoint
