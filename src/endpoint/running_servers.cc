#include "endpoint/running_servers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "endpoint/running_servers_kinds.h"
#include "net/http_client.h"
#include "net/runtime.h"

namespace assay::endpoint {
namespace {

using base::Json;

constexpr std::uint64_t kBodyBytesMax = std::uint64_t{4} << 20U;
constexpr std::uint16_t kOllamaPort = 11434;

/// Ollama, llama-server, LM Studio, vLLM, LMDeploy, TabbyAPI, SGLang, KoboldCpp, Jan, GPT4All.
constexpr std::array<std::uint16_t, 10> kUsualPorts{kOllamaPort, 8080,  1234, 8000, 23333,
                                                    5000,        30000, 5001, 1337, 4891};

/// $OLLAMA_HOST may be HOST, :PORT, HOST:PORT or a whole URL, and an address to listen on, such as
/// 0.0.0.0, which is asked through the loopback.
std::optional<net::Url> ollama_address(const base::Context& context) {
  const auto host = context.variable("OLLAMA_HOST");
  if (!host) return std::nullopt;
  const bool has_scheme = host->find("://") != std::string::npos;
  const std::string text = has_scheme               ? *host
                           : host->starts_with(':') ? "http://127.0.0.1" + *host
                                                    : "http://" + *host;
  auto url = net::parse_url(text);
  if (!url.has_value()) return std::nullopt;
  const bool has_port = url->port != 80 || host->ends_with(":80");
  if (!has_scheme && !has_port) url->port = kOllamaPort;
  if (url->host == "0.0.0.0" || url->host == "::") url->host = "127.0.0.1";
  return url->with_target("/");
}

/// One address being asked; all run on one loop.
class Interview {
 public:
  Interview(net::Url address, const base::Interrupt* interrupt, base::MonotonicTime deadline)
      : address_(std::move(address)) {
    limits_.deadline = deadline;
    limits_.body_bytes_max = kBodyBytesMax;
    limits_.interrupt = interrupt;
  }

  /// The server, or none when nobody or somebody else answers here.
  net::Task<std::optional<RunningServer>> hold() {
    for (const ServerKindRow& row : server_kind_rows()) {
      ServerAnswers answers;
      answers.sign = co_await ask(row.sign_path);
      if (is_dead_) co_return std::nullopt;
      if (!row.is_sign(answers.sign)) continue;
      RunningServer server = named(row.kind);
      answers.listing = co_await ask(row.listing_path);
      answers.detail = co_await ask(row.detail_path);
      row.read(answers, server);
      if (is_dead_) server.note = "stopped answering before it had listed everything";
      co_return server;
    }
    if (!asks_for_key_) co_return std::nullopt;
    RunningServer server = named(ServerKind::OpenAiCompatible);
    server.note = "asks for a key before it lists its models";
    co_return server;
  }

 private:
  RunningServer named(ServerKind kind) const {
    RunningServer server;
    server.kind = kind;
    server.base_url = address_.with_target("/v1").to_string();
    return server;
  }

  /// The JSON at `path`; null when it is empty, something else or nothing comes.
  net::Task<Json> ask(std::string_view path) {
    if (path.empty() || is_dead_) co_return nullptr;
    net::HttpRequest request;
    request.url = address_.with_target(path);
    request.headers = {{"Accept", "application/json"}};
    const net::HttpReply reply = co_await http_.send(std::move(request), limits_);
    is_dead_ = reply.failure != net::TransportFailure::None &&
               reply.failure != net::TransportFailure::TooLarge &&
               reply.failure != net::TransportFailure::Cut;
    if (reply.failure != net::TransportFailure::None) co_return nullptr;
    auto parsed = base::parse_json(reply.body);
    if (!parsed.has_value() || !parsed->is_object()) co_return nullptr;
    const bool refused = reply.status == 401 || reply.status == 403;
    if (refused && path == "/v1/models") asks_for_key_ = true;
    if (reply.status != 200) co_return nullptr;
    co_return std::move(*parsed);
  }

  net::Url address_;
  net::HttpLimits limits_;
  net::HttpClient http_;
  bool is_dead_ = false;
  bool asks_for_key_ = false;
};

/// What all interviews of one search share. The last one to end stops the loop.
struct Search {
  net::Runtime runtime;
  std::vector<std::optional<RunningServer>> found;
  std::size_t open = 0;
};

net::Task<void> hold_one(Search& search, Interview& interview, std::size_t place) {
  search.found[place] = co_await interview.hold();
  if (--search.open == 0) search.runtime.stop();
}

}  // namespace

std::vector<net::Url> usual_server_addresses(const base::Context& context) {
  std::vector<net::Url> addresses;
  if (auto ollama = ollama_address(context)) addresses.push_back(std::move(*ollama));
  for (const std::uint16_t port : kUsualPorts) {
    net::Url url;
    url.host = "127.0.0.1";
    url.port = port;
    const bool known = std::any_of(addresses.begin(), addresses.end(), [&](const net::Url& other) {
      return other.to_string() == url.to_string();
    });
    if (!known) addresses.push_back(std::move(url));
  }
  return addresses;
}

std::vector<RunningServer> find_running_servers(const std::vector<net::Url>& addresses,
                                                const base::Interrupt* interrupt,
                                                base::Nanoseconds timeout) {
  if (addresses.empty()) return {};
  const base::MonotonicTime deadline = base::system_clock().now() + timeout;
  // The loop goes first and ends last: the clients inside the interviews live on it.
  Search search;
  std::vector<Interview> interviews;
  interviews.reserve(addresses.size());
  search.found.resize(addresses.size());
  search.open = addresses.size();
  for (const net::Url& address : addresses) interviews.emplace_back(address, interrupt, deadline);
  for (std::size_t place = 0; place < interviews.size(); ++place) {
    search.runtime.spawn(hold_one(search, interviews[place], place));
  }
  search.runtime.run_until_stopped();

  std::vector<RunningServer> servers;
  for (auto& found : search.found) {
    if (found) servers.push_back(std::move(*found));
  }
  return servers;
}

}  // namespace assay::endpoint
