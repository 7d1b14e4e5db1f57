// Throws arbitrary bytes at the GGUF header parser, from memory and piece by piece, and what it
// accepts at everything that looks into a header: the estimates of memory and speed, the count of
// parameters, JSON, and the writer. All must end, within bounded memory, whatever the bytes claim.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/json.h"
#include "gguf/estimate.h"
#include "gguf/header.h"
#include "gguf/header_json.h"
#include "gguf/parameters.h"
#include "gguf/speed.h"
#include "gguf/writer.h"

namespace {

using namespace assay;

/// Aborts, which the fuzzer reports with the input that led here.
void require(bool holds) {
  if (!holds) __builtin_trap();
}

const gguf::MachineSpeed& machine() {
  static const gguf::MachineSpeed speed = [] {
    gguf::MachineSpeed made;
    made.read_bytes_per_s = 1e10;
    made.cached_bytes_per_s = 1e11;
    made.token_overhead_s = made.layer_overhead_s = 1e-5;
    made.vocabulary_overhead_s = made.element_overhead_s = 1e-9;
    made.caches = {{"f16", 1e10, 1e-9, 1e-9, 1e10, 1e-9, 1e-9, 0.1}};
    made.types = {{"F32", 1e10, 1e10, 0, 0.1}, {"Q4_K", 1e10, 1e10, 1e9, 0.1}};
    return made;
  }();
  return speed;
}

void look_into(const gguf::Header& header) {
  (void)header.quantization();
  (void)gguf::estimate_memory(header, {}).total();
  (void)gguf::count_parameters(header);
  (void)gguf::estimate_speed(header, {}, machine(), 4096, 512);
  (void)base::dump_json(gguf::header_json(header));
  // What was written from a header reads back as that header.
  const auto written = gguf::write_header(header);
  if (!written.has_value()) return;
  const auto again = gguf::parse_header(*written, ~std::uint64_t{0});
  if (!again.has_value()) return;  // Longer than a text may be, or aligned otherwise.
  require(again->tensors.size() == header.tensors.size());
  require(again->metadata.size() == header.metadata.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  // The size a file is said to have decides which counts are believable, so it varies too.
  for (const std::uint64_t file_bytes : {std::uint64_t{size}, std::uint64_t{1} << 40U}) {
    const auto header = gguf::parse_header(bytes, file_bytes);
    if (header.has_value()) look_into(*header);
  }
  const gguf::ByteSource source{
      "input", size, [&](std::uint64_t offset, std::uint64_t count) {
        require(offset <= size && count <= size - offset);
        return base::Result<std::string>(std::string(bytes.substr(offset, count)));
      }};
  const auto piecewise = gguf::read_one_header(source);
  require(piecewise.has_value() == gguf::parse_header(bytes, size).has_value());
  return 0;
}
