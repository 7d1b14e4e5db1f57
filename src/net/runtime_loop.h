// The event loop inside a Runtime, for the other files of this room.
#pragma once

#include <boost/asio/io_context.hpp>

#include "net/runtime.h"

namespace assay::net {

struct Runtime::Loop {
  boost::asio::io_context io{1};
};

boost::asio::io_context& io_context_of(Runtime& runtime);

}  // namespace assay::net
