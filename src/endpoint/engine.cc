#include "endpoint/engine.h"

#include <fmt/core.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "base/text.h"
#include "host/capture.h"

namespace assay::endpoint {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kServerName = "llama-server";
constexpr std::chrono::seconds kVersionTimeout{20};

#ifdef ASSAY_LLAMA_SYSTEM
constexpr bool kUsePinned = false;
#else
constexpr bool kUsePinned = true;
#endif

bool is_program(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0;
}

fs::path sibling(const fs::path& server, std::string_view name) {
  std::error_code failure;
  const fs::path real = fs::canonical(server, failure);
  for (const fs::path& beside : {server, real}) {
    fs::path candidate = beside.parent_path() / name;
    if (is_program(candidate)) return candidate;
  }
  return {};
}

/// The server prints log lines before the one that is wanted.
std::optional<std::string> version_line(std::string_view output) {
  for (std::string_view line : base::split_lines(output)) {
    if (line.substr(0, 8) == "version:") return std::string(base::trim(line));
  }
  return std::nullopt;
}

/// What a program printed, as part of a sentence: one line, at most 120 columns.
std::string printed(std::string_view output) {
  std::string line;
  for (std::string_view part : base::split_lines(output)) {
    if (base::trim(part).empty()) continue;
    line += (line.empty() ? "" : " ") + std::string(base::trim(part));
  }
  return line.empty() ? "nothing" : "`" + base::ellipsize(line, 120) + "`";
}

base::Result<Engine> examine(const fs::path& server, std::string source) {
  if (!is_program(server)) {
    return base::bad_input("expected the llama-server program, found no executable file there",
                           "check the path and its permissions", server.string());
  }
  host::ProcessRequest request;
  request.command = {server.string(), "--version"};
  ASSAY_TRY(const host::Captured captured, host::run_and_capture(request, kVersionTimeout));
  const auto version = version_line(captured.output);
  if (!version || captured.end.exit_code != 0) {
    return base::bad_input(
        fmt::format("expected `--version` to print a version, it ended with {} and printed {}",
                    captured.end.describe(), printed(captured.output)),
        "give llama.cpp's own llama-server, built for this machine", server.string());
  }
  return Engine{server, sibling(server, "llama-quantize"), *version, std::move(source)};
}

/// Where tools/engine keeps the pinned build; none when there is no home folder either.
std::optional<fs::path> pinned_server(const base::Context& context) {
  fs::path cache;
  if (const auto own = context.variable("ASSAY_ENGINE_CACHE")) {
    cache = *own;
  } else if (const auto shared = context.variable("XDG_CACHE_HOME")) {
    cache = fs::path(*shared) / "assay" / "engine";
  } else if (const auto home = context.variable("HOME")) {
    cache = fs::path(*home) / ".cache" / "assay" / "engine";
  } else {
    return std::nullopt;
  }
  return cache / "current" / "bin" / kServerName;
}

std::optional<fs::path> server_on_path(const base::Context& context) {
  for (const std::string& folder : base::split(context.variable("PATH").value_or(""), ':')) {
    if (!folder.empty() && is_program(fs::path(folder) / kServerName)) {
      return fs::path(folder) / kServerName;
    }
  }
  return std::nullopt;
}

}  // namespace

base::Result<Engine> find_engine(const base::Context& context) {
  if (const auto named = context.variable("ASSAY_LLAMA_SERVER")) {
    auto engine = examine(*named, "ASSAY_LLAMA_SERVER");
    if (!engine.has_value()) return std::move(engine.error()).in("ASSAY_LLAMA_SERVER");
    return engine;
  }
  const auto pinned = kUsePinned ? pinned_server(context) : std::nullopt;
  if (pinned && is_program(*pinned)) return examine(*pinned, "pinned");
  if (const auto found = server_on_path(context)) return examine(*found, "PATH");
  return base::unreachable(
      pinned ? fmt::format("no llama-server: neither {} nor one on PATH", pinned->string())
             : std::string("no llama-server on PATH"),
      "run tools/engine, which builds the pinned one once, or set ASSAY_LLAMA_SERVER to yours");
}

}  // namespace assay::endpoint
