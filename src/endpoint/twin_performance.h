// Plays one built reply on time, up to the end its rule asks for.
#pragma once

#include "endpoint/twin_log.h"
#include "endpoint/twin_metrics.h"
#include "endpoint/twin_reply.h"
#include "net/http_server.h"

namespace assay::endpoint {

/// One reply, ready to be played, and where to note what became of it.
struct TwinPart {
  const Rule& rule;
  TwinReply reply;
  ServiceTimes times;  ///< Of the reply's plan.
  TwinLog& log;
  std::size_t place = 0;  ///< In the log.
  TwinMetrics& metrics;
};

/// Each event goes out at its absolute time, so that lateness of one never moves the next; the time
/// after the kernel took it goes to the log. The arguments must outlive the task.
net::Task<void> perform(net::Exchange& exchange, const TwinPart& part);

}  // namespace assay::endpoint
