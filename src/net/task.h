// The coroutine type of everything that waits for the network, under the project's own name, so
// that rooms above can write coroutines without including Asio themselves.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "base/clock.h"

namespace assay::net {

/// A coroutine that runs on a Runtime. `co_await` it from another one, or hand it to Runtime::run.
/// GCC 12 destroys a braced temporary inside a co_await expression twice: name such arguments first
/// (`const HttpRequest request{…}; co_await client.send(request, limits);`).
template <typename T>
using Task = boost::asio::awaitable<T>;

}  // namespace assay::net
