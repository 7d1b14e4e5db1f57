// Plays one built reply on time, up to the end its rule asks for.
#pragma once

#include "endpoint/twin_log.h"
#include "endpoint/twin_reply.h"
#include "net/http_server.h"

namespace assay::endpoint {

/// Each event goes out at its absolute time, arrival plus offset, so that lateness of one never
/// moves the next; the time after the kernel took it goes to the log at `place`. The arguments must
/// outlive the task.
net::Task<void> perform(net::Exchange& exchange, const TwinReply& reply, const Rule& rule,
                        TwinLog& log, std::size_t place);

}  // namespace assay::endpoint
