#include "endpoint/guest_told.h"

#include <string>

#include "base/text.h"

namespace assay::endpoint {
namespace {

using base::Json;

/// What follows `mark` in the line, trimmed; empty when it is not there.
std::string_view after(std::string_view line, std::string_view mark) {
  const std::size_t found = line.find(mark);
  return found == std::string_view::npos ? "" : base::trim(line.substr(found + mark.size()));
}

/// Up to the first of `ends`.
std::string_view until(std::string_view text, std::string_view ends) {
  return base::trim(text.substr(0, text.find_first_of(ends)));
}

void keep(Json& told, std::string_view key, std::string_view value) {
  if (!key.empty() && !value.empty()) told[std::string(key)] = std::string(value);
}

/// "llama_context: n_batch               = 1024".
void take_context_line(std::string_view line, Json& told) {
  const std::string_view text = after(line, "llama_context: ");
  const std::size_t equals = text.find(" = ");
  if (equals == std::string_view::npos) return;
  const std::string_view key = base::trim(text.substr(0, equals));
  if (key.find(' ') == std::string_view::npos) keep(told, key, base::trim(text.substr(equals + 3)));
}

/// "load_tensors:   CPU_Mapped model buffer size =     0.22 MiB".
void take_buffer_line(std::string_view line, Json& told) {
  constexpr std::string_view kMark = " buffer size = ";
  const std::size_t found = line.find(kMark);
  if (found == std::string_view::npos) return;
  const std::string_view before = line.substr(0, found);
  const std::size_t colon = before.rfind(": ");
  if (colon == std::string_view::npos) return;
  keep(told, std::string(base::trim(before.substr(colon + 2))) + " buffer",
       base::trim(line.substr(found + kMark.size())));
}

}  // namespace

Json settings_told(std::string_view log) {
  Json told = Json::object();
  while (!log.empty()) {
    const std::size_t end = std::min(log.find('\n'), log.size());
    const std::string_view line = log.substr(0, end);
    log.remove_prefix(std::min(end + 1, log.size()));
    take_context_line(line, told);
    take_buffer_line(line, told);
    if (line.find("system_info: ") != std::string_view::npos) {
      keep(told, "n_threads", until(after(line, "n_threads = "), " |"));
      keep(told, "n_threads_batch", until(after(line, "n_threads_batch = "), ") "));
    } else if (line.find("llama_kv_cache: size") != std::string_view::npos) {
      keep(told, "cache_k", until(after(line, "K ("), ")"));
      keep(told, "cache_v", until(after(line, "V ("), ")"));
    } else if (line.find("load_tensors: offloaded ") != std::string_view::npos) {
      keep(told, "offloaded", until(after(line, "offloaded "), " "));
    } else if (line.find("n_slots = ") != std::string_view::npos) {
      keep(told, "n_slots", until(after(line, "n_slots = "), ", "));
    }
  }
  return told;
}

}  // namespace assay::endpoint
