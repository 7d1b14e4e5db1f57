// A twin that plays beside the rest of the program, on a loop and a thread of its own: for the load
// generator's calibration and for tests.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/result.h"
#include "endpoint/twin.h"
#include "net/runtime.h"

namespace assay::endpoint {

class TwinThread {
 public:
  /// Listens on a free loopback port. BadInput for a script that cannot be read (see
  /// parse_twin_script), System where no port is to be had.
  static base::Result<std::unique_ptr<TwinThread>> start(std::string_view script,
                                                         std::string_view source);
  ~TwinThread();
  TwinThread(const TwinThread&) = delete;
  TwinThread& operator=(const TwinThread&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url() const;  ///< With the version.
  std::vector<TwinRecord> records() const { return twin_.records(); }
  /// What the records' times are counted from.
  base::MonotonicTime started() const { return twin_.started(); }

 private:
  explicit TwinThread(std::shared_ptr<const TwinScript> script);

  net::Runtime runtime_;
  Twin twin_;
  std::uint16_t port_ = 0;
  std::thread loop_;
};

}  // namespace assay::endpoint
