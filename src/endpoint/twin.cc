#include "endpoint/twin.h"

#include <fmt/core.h>

#include "endpoint/twin_log.h"
#include "endpoint/twin_performance.h"
#include "endpoint/twin_reply.h"
#include "endpoint/twin_request.h"
#include "endpoint/twin_script.h"
#include "net/http_server.h"

namespace assay::endpoint {
namespace {

/// How often a rule was used.
struct RuleUse {
  std::uint64_t reached = 0;   ///< Requests that matched, `times` apart.
  std::uint64_t unseeded = 0;  ///< Of the answered ones, those without a seed.
};

/// An answer that no rule gives.
struct PlainReply {
  int status = 200;
  base::Json body;
};

PlainReply refusal(int status, std::string_view message) {
  return {status, error_json(status, message)};
}

net::Task<void> send_plain(net::Exchange& exchange, const PlainReply& plain) {
  const net::Headers headers{{"Content-Type", "application/json"}};
  std::string body = base::dump_json(plain.body);
  co_await exchange.reply(plain.status, headers, std::move(body));
}

/// What every exchange needs. The exchanges own it together with the twin, so that one that is in
/// progress when the twin is destroyed still stands on firm ground.
class Stage {
 public:
  explicit Stage(std::shared_ptr<const TwinScript> script)
      : script_(std::move(script)),
        log_(base::system_clock().now()),
        uses_(script_->rules.size()) {}

  const TwinLog& log() const { return log_; }

  net::Task<void> serve(net::Exchange& exchange);

 private:
  base::Result<TwinRequest> read(const net::ServerRequest& sent, std::string_view path) const;
  std::optional<std::size_t> rule_for(const TwinRequest& request);
  net::Task<void> play(net::Exchange& exchange, const TwinRequest& request, std::size_t index);
  TwinReply build(const TwinRequest& request, std::size_t index);
  PlainReply built_in(std::string_view method, std::string_view path) const;

  const std::shared_ptr<const TwinScript> script_;
  TwinLog log_;
  std::vector<RuleUse> uses_;  ///< One per rule.
  std::uint64_t requests_ = 0;
};

net::Task<void> Stage::serve(net::Exchange& exchange) {
  const net::ServerRequest& sent = exchange.request();
  const std::string_view path = std::string_view(sent.target).substr(0, sent.target.find('?'));
  ++requests_;
  if (path == kChatPath && sent.method != "POST") {
    const PlainReply plain = refusal(405, "expected POST");
    co_await send_plain(exchange, plain);
    co_return;
  }
  auto request = read(sent, path);
  if (!request) {
    const PlainReply plain = refusal(400, request.error().message);
    co_await send_plain(exchange, plain);
    co_return;
  }
  const auto index = rule_for(*request);
  if (index) {
    co_await play(exchange, *request, *index);
  } else {
    const PlainReply plain = built_in(sent.method, path);
    co_await send_plain(exchange, plain);
  }
}

base::Result<TwinRequest> Stage::read(const net::ServerRequest& sent, std::string_view path) const {
  TwinRequest request;
  if (path == kChatPath) {
    ASSAY_TRY(request, read_chat_request(sent.body));
  } else {
    request.path = path;
    const auto body = base::parse_json(sent.body);
    request.body = body && body->is_object() ? *body : base::Json::object();
  }
  request.number = requests_;
  return request;
}

std::optional<std::size_t> Stage::rule_for(const TwinRequest& request) {
  for (std::size_t index = 0; index < uses_.size(); ++index) {
    const RuleMatch& match = script_->rules[index].match;
    if (!matches(match, request)) continue;
    const std::uint64_t reached = ++uses_[index].reached;
    if (!match.times || reached <= *match.times) return index;
  }
  return std::nullopt;
}

TwinReply Stage::build(const TwinRequest& request, std::size_t index) {
  const Rule& rule = script_->rules[index];
  if (rule.answers.empty()) return build_bytes(rule);
  Draw draw{.script_seed = script_->seed, .rule = index};
  if (!request.seed) draw.unseeded = uses_[index].unseeded++;
  const Answer& answer = choose_answer(rule, draw, request);
  return build_reply(*script_, rule, answer, request, base::system_clock().wall_unix_ms() / 1000);
}

net::Task<void> Stage::play(net::Exchange& exchange, const TwinRequest& request,
                            std::size_t index) {
  const Rule& rule = script_->rules[index];
  TwinRecord record;
  record.number = request.number;
  record.rule = rule.name;
  record.path = request.path;
  const std::size_t place = log_.open(std::move(record), exchange.request().arrived);
  const TwinReply reply = build(request, index);
  log_.schedule(place, reply.offsets);
  co_await perform(exchange, reply, rule, log_, place);
}

PlainReply Stage::built_in(std::string_view method, std::string_view path) const {
  if (path == kChatPath) {
    return refusal(400,
                   "no rule of the twin's script matches this request; a [[rule]] without "
                   "`match` at the end answers everything");
  }
  if (method != "GET" && method != "HEAD") return refusal(404, "no such path");
  if (path == "/health") return {200, {{"status", "ok"}}};
  if (path == "/twin/records") return {200, log_.to_json()};
  if (path == "/v1/models") {
    base::Json model{{"id", script_->model}, {"object", "model"}, {"owned_by", "twin"}};
    return {200, {{"object", "list"}, {"data", base::Json::array({std::move(model)})}}};
  }
  if (path == "/props" && script_->props) return {200, *script_->props};
  return refusal(404, fmt::format("no such path: {}", path));
}

}  // namespace

struct Twin::Play {
  Play(net::Runtime& runtime, std::shared_ptr<const TwinScript> script)
      : stage(std::make_shared<Stage>(std::move(script))),
        server(runtime,
               [stage = stage](net::Exchange& exchange) { return stage->serve(exchange); }) {}

  std::shared_ptr<Stage> stage;
  net::HttpServer server;
};

Twin::Twin(net::Runtime& runtime, std::shared_ptr<const TwinScript> script)
    : play_(std::make_unique<Play>(runtime, std::move(script))) {}

Twin::~Twin() = default;

base::Result<std::uint16_t> Twin::listen(std::string_view address, std::uint16_t port) {
  return play_->server.listen(address, port);
}

std::vector<TwinRecord> Twin::records() const { return play_->stage->log().records(); }

}  // namespace assay::endpoint
