// The scripted twin: an OpenAI-compatible server that plays a TOML script with exact timing. Tests,
// demos and later the load generator's calibration run against it. docs/reference/twin-script.md
// documents the script.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "net/runtime.h"

namespace assay::endpoint {

/// When the twin handed one exchange's events to the kernel, by its own clock: monotonic
/// nanoseconds since it started listening. Kept for every request that a rule answers.
struct TwinRecord {
  std::uint64_t number = 0;  ///< Of the request, from 1; every request counts.
  std::string rule;          ///< The name of the rule that matched.
  std::string path;
  std::string user;  ///< The request's `user`, by which a client can tell its requests apart.
  std::int64_t arrived_ns = 0;  ///< When the request's last byte was read.
  std::int64_t started_ns = 0;  ///< When its service starts: then, or when a slot becomes free.
  /// When the script says each content event goes out: one per event of a stream, one for a reply
  /// that is not a stream.
  std::vector<std::int64_t> scheduled_ns;
  std::vector<std::int64_t> sent_ns;  ///< As far as they were sent; each at or after its schedule.
  /// Empty while it goes on; "complete", "cut", "hung" (from when it falls silent), "peer gone".
  std::string ended;
};

struct TwinScript;

/// Parses a script; errors name file, line and key. An unknown key suggests the nearest.
base::Result<std::shared_ptr<const TwinScript>> parse_twin_script(std::string_view toml,
                                                                  std::string_view source);

/// A listening twin. Lives on the Runtime it was given; destroy it before that. records() may be
/// called from any thread; the rest is for the thread that runs the Runtime, or for any while it
/// does not run.
class Twin {
 public:
  Twin(net::Runtime& runtime, std::shared_ptr<const TwinScript> script);
  ~Twin();
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  /// As net::HttpServer::listen.
  base::Result<std::uint16_t> listen(std::string_view address, std::uint16_t port);
  std::vector<TwinRecord> records() const;  ///< In the order of their arrival.
  base::MonotonicTime started() const;      ///< What the records' times are counted from.

 private:
  struct Play;
  std::unique_ptr<Play> play_;
};

}  // namespace assay::endpoint
