// A study file, which a person writes and others may share.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "study/spec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto spec = assay::study::parse_spec(input, "fuzz.toml", ".");
  if (!spec.has_value()) {
    ASSAY_CHECK(!spec.error().message.empty(), "an error that says nothing");
    return 0;
  }
  for (const auto& row : spec->factors) {
    for (const auto& level : row.levels) {
      ASSAY_CHECK(assay::study::check_level(*row.factor, level).has_value(), "an unchecked level");
    }
  }
  return 0;
}
