// A twin's script, which a person writes and others may share.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "endpoint/twin.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto script = assay::endpoint::parse_twin_script(input, "fuzz.toml");
  if (!script.has_value()) {
    ASSAY_CHECK(!script.error().message.empty(), "an error that says nothing");
  }
  return 0;
}
