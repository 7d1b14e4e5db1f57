#include "finding/comparison_warnings.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <map>

namespace assay::finding {
namespace {

using base::Json;

constexpr std::array kMachineFacts{"cpu_model", "cores_physical", "simd", "gpus", "kernel"};
constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
constexpr std::size_t kDigestDigits = 8;

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : base::dump_json(value);
}

std::map<std::string, std::string> pack_hashes(const StudyFinding& finding) {
  std::map<std::string, std::string> hashes;
  const Json* packs = base::find_member(finding.inputs, "packs");
  if (packs == nullptr || !packs->is_array()) return hashes;
  for (const Json& pack : *packs) {
    hashes[base::string_member(pack, "name").value_or("")] =
        base::string_member(pack, "hash").value_or("");
  }
  return hashes;
}

void compare_packs(const StudyFinding& first, const StudyFinding& second,
                   std::vector<std::string>& warnings) {
  const auto left = pack_hashes(first);
  const auto right = pack_hashes(second);
  for (const auto& [name, hash] : left) {
    const auto found = right.find(name);
    if (found == right.end()) {
      warnings.push_back(fmt::format("task pack {}: only {} used it", name, first.study));
    } else if (found->second != hash) {
      warnings.push_back(fmt::format("task pack {} changed: sha256 {}… → {}…", name,
                                     hash.substr(0, kDigestDigits),
                                     found->second.substr(0, kDigestDigits)));
    }
  }
  for (const auto& [name, hash] : right) {
    if (left.count(name) != 0) continue;
    warnings.push_back(fmt::format("task pack {}: only {} used it", name, second.study));
  }
}

void compare_machines(const Json& first, const Json& second, std::vector<std::string>& warnings) {
  for (const char* fact : kMachineFacts) {
    const Json* left = base::find_member(first, fact);
    const Json* right = base::find_member(second, fact);
    if (left == nullptr || right == nullptr || base::json_equal(*left, *right)) continue;
    warnings.push_back(
        fmt::format("another machine: {} {} → {}", fact, text_of(*left), text_of(*right)));
  }
  const double left = base::number_member(first, "memory_total_bytes").value_or(0) / kGibibyte;
  const double right = base::number_member(second, "memory_total_bytes").value_or(0) / kGibibyte;
  if (left > 0 && right > 0 && std::lround(left) != std::lround(right)) {
    warnings.push_back(
        fmt::format("another machine: {:.0f} GiB of memory → {:.0f} GiB", left, right));
  }
}

void compare_models(const StudyFinding& first, const StudyFinding& second,
                    std::vector<std::string>& warnings) {
  for (const ModelFinding& left : first.models) {
    for (const ModelFinding& right : second.models) {
      if (left.model != right.model) continue;
      const auto before = base::string_member(left.fingerprint, "file_sha256");
      const auto after = base::string_member(right.fingerprint, "file_sha256");
      if (before && after && *before != *after) {
        warnings.push_back(fmt::format("model {} is another file: sha256 {}… → {}…", left.model,
                                       before->substr(0, kDigestDigits),
                                       after->substr(0, kDigestDigits)));
      } else if (left.url != right.url) {
        warnings.push_back(fmt::format("model {} was served elsewhere: {} → {}", left.model,
                                       left.url.empty() ? "by assay" : left.url,
                                       right.url.empty() ? "by assay" : right.url));
      }
    }
  }
}

}  // namespace

std::vector<std::string> comparison_warnings(const StudyFinding& first,
                                             const StudyFinding& second) {
  std::vector<std::string> warnings;
  for (const StudyFinding* study : {&first, &second}) {
    // A study that is done spared trials by stopping early; nothing is missing.
    if (study->state != "done" && study->done < study->planned) {
      warnings.push_back(fmt::format("{} is {}: {} of {} trials", study->study, study->state,
                                     study->done, study->planned));
    }
  }
  compare_packs(first, second, warnings);
  if (!first.engine.empty() && !second.engine.empty() && first.engine != second.engine) {
    warnings.push_back(fmt::format("another engine: {} → {}", first.engine, second.engine));
  }
  compare_machines(first.machine, second.machine, warnings);
  compare_models(first, second, warnings);
  if (first.margin != second.margin) {
    warnings.push_back(fmt::format("the margins are {} and {}; the narrower one is used",
                                   first.margin, second.margin));
  }
  return warnings;
}

}  // namespace assay::finding
