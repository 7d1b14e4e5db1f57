// How long it takes to read a model's header: that of a file with a vocabulary of 151,936 tokens
// and as many merges, as Qwen3's, from a warm page cache. Prints the middle and the longest of many
// readings.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.h"
#include "gguf/hollow.h"
#include "gguf/model_table.h"

namespace {

using namespace assay;

constexpr int kReadings = 200;

int measure(const std::filesystem::path& path) {
  std::vector<double> readings_ms;
  std::uint64_t header_bytes = 0;
  for (int i = 0; i < kReadings; ++i) {
    const base::MonotonicTime start = base::system_clock().now();
    const auto header = gguf::read_header(path);
    readings_ms.push_back(1e3 * base::to_seconds(base::system_clock().now() - start));
    if (!header.has_value()) {
      fmt::print("{}\n", header.error().to_string());
      return 1;
    }
    header_bytes = header->data_offset;
  }
  std::sort(readings_ms.begin(), readings_ms.end());
  fmt::print(
      "{:>12} bytes of header\n{:>12.2f} ms in the middle of {} readings\n{:>12.2f} ms at most\n",
      header_bytes, readings_ms[kReadings / 2], kReadings, readings_ms.back());
  return 0;
}

}  // namespace

/// With a file's name it reads that one, else a hollow model that it makes and removes.
int main(int argc, char** argv) {
  if (argc > 1) return measure(argv[1]);
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / "assay-gguf-header-perf.gguf";
  std::filesystem::remove(path);
  const auto hollow = gguf::write_hollow(*gguf::known_shape("qwen3-8b"), "Q4_K_M", path);
  if (!hollow.has_value()) {
    fmt::print("{}\n", hollow.error().to_string());
    return 1;
  }
  const int outcome = measure(path);
  std::filesystem::remove(path);
  return outcome;
}
