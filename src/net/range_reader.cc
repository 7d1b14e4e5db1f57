#include "net/range_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "base/check.h"
#include "base/text.h"
#include "net/content_range.h"
#include "net/redirect.h"
#include "net/runtime.h"

namespace assay::net {
namespace {

constexpr std::uint64_t kAheadBytesFirst = std::uint64_t{256} << 10U;
constexpr std::uint64_t kAheadBytesMost = std::uint64_t{8} << 20U;
constexpr std::uint64_t kWholeBytesMax = std::uint64_t{32} << 20U;
constexpr std::uint64_t kErrorBytesMax = 4096;
constexpr int kRedirectsMax = 5;
constexpr base::Nanoseconds kSlow = std::chrono::seconds(2);

/// What a file on a server is told apart by; both may be empty.
struct Identity {
  std::string entity_tag;
  std::uint64_t bytes = 0;
};

base::Error changed(const Url& url, const std::string& was, const std::string& is) {
  return base::bad_input(
      fmt::format("the file changed on the server while it was read: expected {}, found {}", was,
                  is),
      "try again", url.to_string());
}

base::Error no_reply(const Url& url, const HttpReply& reply) {
  if (reply.failure == TransportFailure::Interrupted) {
    return {base::ErrorKind::Interrupted, reply.failure_message, "", url.to_string()};
  }
  return base::unreachable(reply.failure_message, "check the address and your network",
                           url.to_string());
}

base::Error refused(const Url& url, int status) {
  std::string hint = "check the address in a browser";
  if (status == 401 || status == 403) hint = "the file may need a token; see --token-variable";
  if (status == 404) hint = "there is no such file at this address; check its spelling";
  if (status == 429) hint = "the server asks for fewer requests; wait a while";
  return base::unreachable(fmt::format("expected the file's bytes, found HTTP status {}", status),
                           std::move(hint), url.to_string());
}

base::Error out_of_reach(const Url& url, std::uint64_t offset) {
  return base::bad_input(
      fmt::format("expected byte {}, but the server ignores byte ranges and then only the first {} "
                  "are taken",
                  offset, base::human_bytes(kWholeBytesMax)),
      "download the file and give its path", url.to_string());
}

/// The bytes of one reply, up to what was asked for.
struct Piece {
  HttpReply reply;
  std::string body;
  bool cut = false;  ///< Stopped here: the server went on beyond what is wanted.
};

/// How much of a reply's body is wanted, which is known when its status is.
std::uint64_t wanted_of(int status, std::uint64_t asked) {
  if (status == 206) return asked;
  return status == 200 ? kWholeBytesMax : kErrorBytesMax;
}

}  // namespace

struct RangeReader::Connection {
  base::Status start(const std::string& text);
  base::Result<std::string> read(std::uint64_t offset, std::uint64_t count);

  Piece request(const Url& url, std::uint64_t offset, std::uint64_t count);
  /// Follows redirects until something else answers; `current` is then where it came from.
  base::Result<Piece> follow(std::uint64_t offset, std::uint64_t count);
  base::Result<Piece> follow_from(Url url, std::uint64_t offset, std::uint64_t count);
  /// Replaces the bytes at hand by at least one from `offset` on, at most `count`.
  base::Status fetch(std::uint64_t offset, std::uint64_t count);
  base::Status accept_part(Piece piece, std::uint64_t offset, std::uint64_t count);
  base::Status accept_whole(Piece piece, std::uint64_t offset);
  base::Status check_identity(const HttpReply& reply, std::uint64_t total);

  RangeOptions options;
  Runtime runtime;
  HttpClient client;
  Url original;
  Url current;
  std::optional<Identity> identity;
  std::string buffer;  ///< The bytes at hand, from `buffer_start` on.
  std::uint64_t buffer_start = 0;
  std::uint64_t ahead_bytes = kAheadBytesFirst;
  bool slow = false;  ///< The last piece took long: reading further ahead would seem to hang.
  bool ignores_ranges = false;
  std::uint64_t requests = 0;
  std::uint64_t received_bytes = 0;
};

Piece RangeReader::Connection::request(const Url& url, std::uint64_t offset, std::uint64_t count) {
  HttpRequest request;
  request.url = url;
  request.headers = {{"Range", fmt::format("bytes={}-{}", offset, offset + count - 1)},
                     {"Accept-Encoding", "identity"}};
  if (!options.authorization.empty() && same_origin(url, original)) {
    request.headers.emplace_back("Authorization", options.authorization);
  }
  HttpLimits limits;
  limits.deadline = base::system_clock().now() + options.request_timeout;
  limits.interrupt = options.interrupt;
  limits.body_bytes_max = std::numeric_limits<std::uint64_t>::max();  // Stopped below.
  Piece piece;
  ++requests;
  const auto take = [&](int status, std::string_view bytes, base::MonotonicTime /*arrived*/) {
    const std::uint64_t wanted = wanted_of(status, count);
    piece.body += bytes.substr(0, wanted - std::min<std::uint64_t>(piece.body.size(), wanted));
    received_bytes += bytes.size();
    piece.cut = piece.body.size() >= wanted && status != 206;
    return !piece.cut;
  };
  piece.reply = runtime.run(client.send(std::move(request), limits, take));
  slow = piece.reply.times.ended - piece.reply.times.started > kSlow;
  const bool enough = piece.cut && piece.reply.failure == TransportFailure::Interrupted;
  if (enough) piece.reply.failure = TransportFailure::None;
  return piece;
}

base::Result<Piece> RangeReader::Connection::follow_from(Url url, std::uint64_t offset,
                                                         std::uint64_t count) {
  for (int hop = 0; hop <= kRedirectsMax; ++hop) {
    Piece piece = request(url, offset, count);
    if (!is_redirect(piece.reply.status)) {
      if (piece.reply.failure != TransportFailure::None) return no_reply(url, piece.reply);
      current = url;
      return piece;
    }
    ASSAY_TRY(url, redirected(url, header_value(piece.reply.headers, "Location")));
  }
  return base::bad_input(fmt::format("expected at most {} redirects, found more", kRedirectsMax),
                         "check the address in a browser", original.to_string());
}

/// Addresses that a redirect gave may have run out meanwhile, so a refusal there asks the original
/// one again.
base::Result<Piece> RangeReader::Connection::follow(std::uint64_t offset, std::uint64_t count) {
  ASSAY_TRY(Piece piece, follow_from(current, offset, count));
  const int status = piece.reply.status;
  const bool elsewhere = current.to_string() != original.to_string();
  if ((status == 401 || status == 403 || status == 410) && elsewhere && identity) {
    return follow_from(original, offset, count);
  }
  return piece;
}

base::Status RangeReader::Connection::check_identity(const HttpReply& reply, std::uint64_t total) {
  const Identity found{std::string(header_value(reply.headers, "ETag")), total};
  if (!identity) {
    identity = found;
    return base::Done{};
  }
  if (found.bytes != identity->bytes) {
    return changed(current, fmt::format("{} bytes", identity->bytes),
                   fmt::format("{} bytes", found.bytes));
  }
  if (found.entity_tag != identity->entity_tag) {
    return changed(current, fmt::format("ETag {}", identity->entity_tag),
                   fmt::format("ETag {}", found.entity_tag));
  }
  return base::Done{};
}

base::Status RangeReader::Connection::accept_part(Piece piece, std::uint64_t offset,
                                                  std::uint64_t count) {
  const std::string_view value = header_value(piece.reply.headers, "Content-Range");
  const auto range = parse_content_range(value);
  if (!range || range->first != offset || range->last - range->first >= count) {
    return base::bad_input(
        fmt::format("expected bytes {} to {}, found Content-Range \"{}\"", offset,
                    offset + count - 1, base::ellipsize(value, 80)),
        "the server does not do byte ranges right; download the file by other means",
        current.to_string());
  }
  ASSAY_TRY_DONE(check_identity(piece.reply, range->total));
  const std::uint64_t promised = range->last - range->first + 1;
  if (piece.body.size() != promised) {
    return base::bad_input(fmt::format("expected {} bytes as Content-Range says, found {}",
                                       promised, piece.body.size()),
                           "the server does not do byte ranges right; download the file by other "
                           "means",
                           current.to_string());
  }
  buffer = std::move(piece.body);
  buffer_start = offset;
  return base::Done{};
}

/// A server that ignores ranges sends the file from its start.
base::Status RangeReader::Connection::accept_whole(Piece piece, std::uint64_t offset) {
  auto total = parse_length(header_value(piece.reply.headers, "Content-Length"));
  if (!total && !piece.cut) total = piece.body.size();
  if (!total) {
    return base::bad_input("expected the file's size, the server says none",
                           "download the file by other means", current.to_string());
  }
  ASSAY_TRY_DONE(check_identity(piece.reply, *total));
  ignores_ranges = true;
  buffer = std::move(piece.body);
  buffer_start = 0;
  if (*total == 0 || offset < buffer.size()) return base::Done{};
  return out_of_reach(current, offset);
}

base::Status RangeReader::Connection::fetch(std::uint64_t offset, std::uint64_t count) {
  ASSAY_TRY(Piece piece, follow(offset, count));
  const std::string_view coding = header_value(piece.reply.headers, "Content-Encoding");
  if (!coding.empty() && coding != "identity") {
    return base::bad_input(fmt::format("expected the file's own bytes, found them in the coding {}",
                                       base::ellipsize(coding, 40)),
                           "download the file by other means", current.to_string());
  }
  if (piece.reply.status == 206) return accept_part(std::move(piece), offset, count);
  if (piece.reply.status == 200) return accept_whole(std::move(piece), offset);
  if (piece.reply.status == 416 && !identity) {
    identity = Identity{};
    return base::Done{};  // Not even a first byte: the file is empty.
  }
  return refused(current, piece.reply.status);
}

base::Status RangeReader::Connection::start(const std::string& text) {
  ASSAY_TRY(original, parse_url(text));
  current = original;
  return fetch(0, ahead_bytes);
}

base::Result<std::string> RangeReader::Connection::read(std::uint64_t offset, std::uint64_t count) {
  ASSAY_CHECK(offset <= identity->bytes && count <= identity->bytes - offset,
              "the caller asks for bytes in the file");
  std::string bytes;
  while (bytes.size() < count) {
    const std::uint64_t from = offset + bytes.size();
    const std::uint64_t buffer_end = buffer_start + buffer.size();
    if (from >= buffer_start && from < buffer_end) {
      bytes += std::string_view(buffer).substr(from - buffer_start, count - bytes.size());
      continue;
    }
    if (ignores_ranges) return out_of_reach(current, from);
    if (from < buffer_start) {
      ahead_bytes = kAheadBytesFirst;
    } else if (!slow) {
      ahead_bytes = std::min(2 * ahead_bytes, kAheadBytesMost);
    }
    const std::uint64_t wanted =
        std::min(std::max(count - bytes.size(), ahead_bytes), kAheadBytesMost);
    ASSAY_TRY_DONE(fetch(from, std::min(wanted, identity->bytes - from)));
  }
  return bytes;
}

RangeReader::RangeReader(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}
RangeReader::~RangeReader() = default;
RangeReader::RangeReader(RangeReader&&) noexcept = default;
RangeReader& RangeReader::operator=(RangeReader&&) noexcept = default;

base::Result<RangeReader> RangeReader::open(const std::string& url, RangeOptions options) {
  auto connection = std::make_unique<Connection>();
  connection->options = std::move(options);
  ASSAY_TRY_DONE(connection->start(url));
  return RangeReader(std::move(connection));
}

std::uint64_t RangeReader::bytes() const { return connection_->identity->bytes; }
base::Result<std::string> RangeReader::read(std::uint64_t offset, std::uint64_t count) {
  return connection_->read(offset, count);
}
std::uint64_t RangeReader::requests() const { return connection_->requests; }
std::uint64_t RangeReader::received_bytes() const { return connection_->received_bytes; }

}  // namespace assay::net
