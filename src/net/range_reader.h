// Reads pieces of a file that lies on an HTTP server, without fetching the rest: what a GGUF header
// is read with before its model is downloaded. Blocking; one reader is used by one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/context.h"
#include "base/result.h"
#include "net/http_client.h"

namespace assay::net {

struct RangeOptions {
  /// Sent with every request to the address's own origin, never to another one that it redirects
  /// to. Empty: none. "Bearer …".
  std::string authorization;
  base::Nanoseconds request_timeout = std::chrono::seconds(60);  ///< Of each request.
  const base::Interrupt* interrupt = nullptr;
};

/// Asks for `Range`s and reads ahead: 256 KiB at first, twice as much each time the reading goes on
/// where it stopped or beyond, up to 8 MiB, as long as a piece takes less than two seconds. Follows
/// at most 5 redirects, from https only to https. Of a server that ignores ranges the first 32 MiB
/// are taken, once, and served from memory.
class RangeReader {
 public:
  /// Learns the file's size with a first piece. Unreachable when the server cannot be reached or
  /// refuses; BadInput when the address is wrong or what answers is no file of known size;
  /// Interrupted when asked to stop.
  static base::Result<RangeReader> open(const std::string& url, RangeOptions options = {});
  ~RangeReader();
  RangeReader(RangeReader&&) noexcept;
  RangeReader& operator=(RangeReader&&) noexcept;

  std::uint64_t bytes() const;  ///< Of the whole file.
  /// Exactly those bytes. Requires that they lie in the file. Errors as open(), and BadInput when
  /// the file changed on the server since the first piece, when a reply is not what was asked for,
  /// or when the bytes cannot be had from a server that ignores ranges.
  base::Result<std::string> read(std::uint64_t offset, std::uint64_t count);

  std::uint64_t requests() const;  ///< Sent so far, redirects included.
  std::uint64_t received_bytes() const;

 private:
  struct Connection;
  explicit RangeReader(std::unique_ptr<Connection> connection);
  std::unique_ptr<Connection> connection_;
};

}  // namespace assay::net
