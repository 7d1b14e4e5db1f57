// Logs of servers: nothing crashes, and what is read from them are short texts under names, and
// sizes.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "endpoint/guest_buffers.h"
#include "endpoint/guest_told.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view log(reinterpret_cast<const char*>(data), size);
  const assay::base::Json told = assay::endpoint::settings_told(log);
  ASSAY_CHECK(told.is_object(), "settings are an object, however the log looks");
  for (const auto& [name, value] : told.items()) {
    ASSAY_CHECK(!name.empty() && value.is_string() && !value.get<std::string>().empty(),
                "a setting has a name and a text");
  }
  static_cast<void>(assay::base::dump_json(told));
  const assay::endpoint::GuestBuffers buffers = assay::endpoint::buffers_told(log);
  ASSAY_CHECK(buffers.processor.total() >= buffers.processor.weights, "sums never wrap around");
  return 0;
}
