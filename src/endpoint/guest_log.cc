#include "endpoint/guest_log.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>

#include "base/text.h"

namespace assay::endpoint {
namespace {

constexpr std::uint64_t kLogBytesMax = 65536;
constexpr std::size_t kLinesShown = 5;
constexpr std::size_t kLineColumns = 200;

struct Phrase {
  std::string_view text;
  ServerEnd end;
};

/// As llama-server 0.5.0 writes them, in order of precedence: a failed allocation ends in "model
/// loading error" too.
constexpr std::array kPhrases{
    Phrase{"couldn't bind", ServerEnd::PortInUse},
    Phrase{"ddress already in use", ServerEnd::PortInUse},
    Phrase{"failed to allocate", ServerEnd::OutOfMemory},
    Phrase{"unable to allocate", ServerEnd::OutOfMemory},
    Phrase{"out of memory", ServerEnd::OutOfMemory},
    Phrase{"bad_alloc", ServerEnd::OutOfMemory},
    Phrase{"error loading model", ServerEnd::BadModel},
    Phrase{"failed to load model", ServerEnd::BadModel},
    Phrase{"failed to create context", ServerEnd::BadModel},
};

/// "0.00.015.710 E srv …": the level is the second word.
bool is_error_line(std::string_view line) {
  const std::size_t blank = line.find(' ');
  return blank != std::string_view::npos && line.substr(blank, 3) == " E ";
}

}  // namespace

ServerEnd classify_log(std::string_view log) {
  for (const Phrase& phrase : kPhrases) {
    if (log.find(phrase.text) != std::string_view::npos) return phrase.end;
  }
  return ServerEnd::Unknown;
}

std::string read_log_end(const std::filesystem::path& log, std::uint64_t offset) {
  std::error_code failure;
  const std::uint64_t size = std::filesystem::file_size(log, failure);
  if (failure || size <= offset) return "";
  const std::uint64_t start = std::max(offset, size - std::min(size, kLogBytesMax));
  std::string text(size - start, '\0');
  std::ifstream file(log, std::ios::binary);
  file.seekg(static_cast<std::streamoff>(start));
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

std::string last_lines(std::string_view log) {
  const std::vector<std::string_view> all = base::split_lines(log);
  std::vector<std::string_view> chosen;
  std::copy_if(all.begin(), all.end(), std::back_inserter(chosen), is_error_line);
  if (chosen.empty()) chosen = all;
  const std::size_t first = chosen.size() - std::min(chosen.size(), kLinesShown);
  std::string text;
  for (std::size_t i = first; i < chosen.size(); ++i) {
    text += "\n  " + base::ellipsize(base::trim(chosen[i]), kLineColumns);
  }
  return text;
}

}  // namespace assay::endpoint
