// The scripted twin: an OpenAI-compatible server that plays a TOML script with exact timing. Tests,
// demos and later the load generator's calibration run against it. docs/reference/twin-script.md
// documents the script.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "net/runtime.h"

namespace assay::endpoint {

/// When the twin handed one exchange's events to the kernel, by its own clock: monotonic
/// nanoseconds since it started listening.
struct TwinRecord {
  std::uint64_t number = 0;  ///< Of the request, from 1.
  std::string rule;          ///< The name of the rule that matched.
  std::string path;
  std::int64_t arrived_ns = 0;
  std::vector<std::int64_t> sent_ns;  ///< One per content event.
  std::string ended;                  ///< "complete", "cut", "hung", "peer gone".
};

class TwinScript;

/// Parses a script; errors name file, line and key. An unknown key suggests the nearest.
base::Result<std::shared_ptr<const TwinScript>> parse_twin_script(std::string_view toml,
                                                                  std::string_view source);

/// A listening twin. Lives on the Runtime it was given; destroy it before that.
class Twin {
 public:
  Twin(net::Runtime& runtime, std::shared_ptr<const TwinScript> script);
  ~Twin();
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  base::Result<std::uint16_t> listen(std::string_view address, std::uint16_t port);
  std::vector<TwinRecord> records() const;

 private:
  struct Play;
  std::unique_ptr<Play> play_;
};

}  // namespace assay::endpoint
