// Finding cards that somebody hands in: whatever they hold, verifying them ends with an answer, and
// a card holds against itself.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "report/verification.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto card = base::parse_json(text);
  if (!card.has_value()) return 0;
  const auto subject = report::subject_of(*card);
  if (!subject.has_value()) {
    ASSAY_CHECK(!subject.error().message.empty(), "a refusal without words");
  }
  static_cast<void>(report::files_of(*card));
  const report::Present present;
  const report::Verification itself = report::verify_card(*card, *card, present);
  ASSAY_CHECK(itself.discrepancies.empty(), "a card agrees with itself");
  const report::Verification other = report::verify_card(*card, base::Json::object(), present);
  static_cast<void>(other.to_text());
  static_cast<void>(base::dump_json(other.to_json()));
  return 0;
}
