#include "finding/trial_words.h"

#include "base/json.h"
#include "base/text.h"

namespace assay::finding {
namespace {

constexpr std::size_t kWordsMost = 160;

}  // namespace

std::string words_about(const store::TrialRow& trial) {
  const auto detail = base::parse_json(trial.detail);
  if (!detail.has_value()) return "";
  // The reason holds the status and the words out of the body, which is the last resort.
  for (const char* key : {"error", "message", "reason", "body"}) {
    const auto text = base::string_member(*detail, key);
    if (text && !text->empty()) return base::ellipsize(*text, kWordsMost);
  }
  return "";
}

}  // namespace assay::finding
