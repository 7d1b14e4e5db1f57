#include "study/quantization.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cerrno>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"
#include "gguf/header.h"
#include "host/process.h"

namespace assay::study {
namespace {

using base::Result;
namespace fs = std::filesystem;

/// With less room than this, a quantization that failed is taken to have filled the disk.
constexpr std::uintmax_t kRoomLeast = std::uintmax_t{4} << 20U;

std::string upper(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return out;
}

bool is_unquantized(std::string_view type) {
  constexpr std::array kFull{"F32", "F16", "BF16"};
  return std::find(kFull.begin(), kFull.end(), upper(type)) != kFull.end();
}

/// "m-f16" and "F16" → "m": the stem without its type, or the stem as it is.
std::string without_type(const std::string& stem, std::string_view type) {
  for (const char separator : {'-', '.', '_'}) {
    const std::string tail = separator + std::string(type);
    if (stem.size() > tail.size() && upper(stem.substr(stem.size() - tail.size())) == upper(tail)) {
      return stem.substr(0, stem.size() - tail.size());
    }
  }
  return stem;
}

std::string last_lines(const fs::path& log, std::size_t count) {
  const auto text = base::read_file(log);
  if (!text.has_value()) return "";
  const auto lines = base::split_lines(*text);
  std::string tail;
  for (std::size_t i = lines.size() > count ? lines.size() - count : 0; i < lines.size(); ++i) {
    tail += fmt::format("\n  {}", lines[i]);
  }
  return tail;
}

}  // namespace

Result<fs::path> quantized_file(const fs::path& model, std::string_view level,
                                const fs::path& home) {
  ASSAY_TRY(const gguf::Header header, gguf::read_header(model));
  const std::string type = header.quantization();
  if (upper(type) == upper(level)) return model;
  const std::string stem = without_type(model.stem().string(), type);
  for (const char separator : {'-', '.', '_'}) {
    for (const std::string& spelling : {std::string(level), upper(level)}) {
      fs::path sibling =
          model.parent_path() / fmt::format("{}{}{}.gguf", stem, separator, spelling);
      std::error_code ignored;
      if (fs::exists(sibling, ignored)) return sibling;
    }
  }
  if (!is_unquantized(type)) {
    return base::bad_input(
        fmt::format("no {} file stands beside this {} model, and a quantized model cannot be "
                    "quantized again without harm",
                    level, type),
        fmt::format("put {}-{}.gguf beside it, or give the F16 or BF16 file", stem, upper(level)),
        model.string());
  }
  // The digest keeps apart models of the same name in different folders.
  const std::string digest = base::sha256_hex(fs::weakly_canonical(model).string()).substr(0, 8);
  return home / "quantized" / fmt::format("{}-{}-{}.gguf", stem, upper(level), digest);
}

base::Status make_quantized(const base::Context& context, const endpoint::Engine& engine,
                            const fs::path& model, std::string_view level, const fs::path& target) {
  std::error_code ignored;
  // A file beside the model is its author's, whatever its age.
  if (target.parent_path() == model.parent_path()) return base::Done{};
  if (fs::exists(target, ignored) &&
      fs::last_write_time(target, ignored) >= fs::last_write_time(model, ignored)) {
    return base::Done{};
  }
  if (engine.quantize.empty()) {
    return base::bad_input(
        fmt::format("llama-quantize was not found beside {}", engine.server.string()),
        "make the file yourself, or use the engine that ./quickstart builds", target.string());
  }
  fs::create_directories(target.parent_path(), ignored);
  const fs::path unfinished = target.string() + ".unfinished";
  const fs::path log = target.string() + ".log";
  fs::remove(log, ignored);
  context.err << fmt::format("making {} from {}\n", target.filename().string(),
                             model.filename().string())
              << std::flush;
  host::ProcessRequest request;
  request.command = {engine.quantize.string(), model.string(), unfinished.string(), upper(level)};
  request.output = log;
  ASSAY_TRY(host::Process process, host::Process::start(request));
  while (!process.poll()) {
    if (context.interrupt.requested()) {
      process.kill();
      fs::remove(unfinished, ignored);
      return base::Error{base::ErrorKind::Interrupted, "interrupted while quantizing", "", ""};
    }
    context.clock.sleep_for(std::chrono::milliseconds(20));
  }
  const host::ProcessEnd end = *process.poll();
  if (end.exit_code != 0) {
    const bool disk_full = fs::space(target.parent_path(), ignored).available < kRoomLeast;
    fs::remove(unfinished, ignored);
    if (disk_full) {
      return base::errno_error(ENOSPC, fmt::format("make {}", target.filename().string()),
                               target.parent_path().string());
    }
    return base::bad_input(fmt::format("llama-quantize could not make {}: {}{}", level,
                                       end.describe(), last_lines(log, 6)),
                           "check the level's name against `llama-quantize --help`; K-quants need "
                           "row lengths that are "
                           "multiples of 256",
                           model.string());
  }
  fs::rename(unfinished, target, ignored);
  if (ignored)
    return base::errno_error(ignored.value(), "put the quantized file in place", target.string());
  return base::Done{};
}

}  // namespace assay::study
