#include "load/stop_signal.h"

namespace assay::load {

void StopSignal::request(const std::string& reason) {
  const std::lock_guard lock(mutex_);
  if (!requested_.exchange(true)) reason_ = reason;
}

std::string StopSignal::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

}  // namespace assay::load
