#include "endpoint/twin.h"

#include <fmt/core.h>

#include "base/hash.h"
#include "endpoint/twin_log.h"
#include "endpoint/twin_metrics.h"
#include "endpoint/twin_performance.h"
#include "endpoint/twin_reply.h"
#include "endpoint/twin_request.h"
#include "endpoint/twin_script.h"
#include "net/http_server.h"

namespace assay::endpoint {
namespace {

/// How many different tokens /tokenize can tell apart.
constexpr std::uint64_t kTokenIds = 1'000'000;

/// How often a rule was used.
struct RuleUse {
  std::uint64_t reached = 0;   ///< Requests that matched, `times` apart.
  std::uint64_t unseeded = 0;  ///< Of the answered ones, those without a seed.
};

/// An answer that no rule gives.
struct PlainReply {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};

PlainReply plain_json(const base::Json& body) { return {200, base::dump_json(body)}; }

PlainReply refusal(int status, std::string_view message) {
  return {status, base::dump_json(error_json(status, message))};
}

net::Task<void> send_plain(net::Exchange& exchange, const PlainReply& plain) {
  const net::Headers headers{{"Content-Type", plain.content_type}};
  co_await exchange.reply(plain.status, headers, plain.body);
}

/// llama-server's answer to {"content"}: a number for each token, alike for tokens that are alike.
PlainReply tokenised(const base::Json& body) {
  const auto content = base::string_member(body, "content");
  if (!content) return refusal(400, "expected a JSON object with a text `content`");
  base::Json tokens = base::Json::array();
  for (const std::string& token : split_tokens(*content)) {
    tokens.push_back(base::sha256_seed(token) % kTokenIds);
  }
  return plain_json({{"tokens", std::move(tokens)}});
}

/// What every exchange needs. The exchanges own it together with the twin, so that one that is in
/// progress when the twin is destroyed still stands on firm ground.
class Stage {
 public:
  explicit Stage(std::shared_ptr<const TwinScript> script)
      : script_(std::move(script)),
        log_(base::system_clock().now()),
        uses_(script_->rules.size()),
        service_(*script_),
        metrics_(script_->metrics_tokens_factor) {}

  const TwinLog& log() const { return log_; }

  net::Task<void> serve(net::Exchange& exchange);

 private:
  base::Result<TwinRequest> read(const net::ServerRequest& sent, std::string_view path) const;
  std::optional<std::size_t> rule_for(const TwinRequest& request);
  net::Task<void> play(net::Exchange& exchange, const TwinRequest& request, std::size_t index);
  TwinReply build(const TwinRequest& request, std::size_t index);
  PlainReply built_in(std::string_view method, const TwinRequest& request) const;

  const std::shared_ptr<const TwinScript> script_;
  TwinLog log_;
  std::vector<RuleUse> uses_;  ///< One per rule.
  TwinService service_;
  TwinMetrics metrics_;
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
    const PlainReply plain = built_in(sent.method, *request);
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
  record.user = base::string_member(request.body, "user").value_or("");
  const std::size_t place = log_.open(std::move(record), exchange.request().arrived);
  TwinPart part{rule, build(request, index), {}, log_, place, metrics_};
  const base::MonotonicTime arrived = exchange.request().arrived;
  const bool is_served = request.path == kChatPath;
  part.times = is_served ? service_.admit(arrived, part.reply.plan)
                         : TwinService::beside(arrived, part.reply.plan);
  log_.schedule(place, part.times);
  if (is_served) metrics_.begin(part.times.start);
  co_await perform(exchange, part);
  if (is_served) metrics_.finish(part.times.start);
}

PlainReply Stage::built_in(std::string_view method, const TwinRequest& request) const {
  const std::string& path = request.path;
  if (path == kChatPath) {
    return refusal(400,
                   "no rule of the twin's script matches this request; a [[rule]] without "
                   "`match` at the end answers everything");
  }
  if (method == "POST" && path == "/tokenize") return tokenised(request.body);
  if (method != "GET" && method != "HEAD") return refusal(404, "no such path");
  if (path == "/health") return plain_json({{"status", "ok"}});
  if (path == "/twin/records") return plain_json(log_.to_json());
  if (path == "/metrics") {
    return {200, metrics_.text(base::system_clock().now()), "text/plain; version=0.0.4"};
  }
  if (path == "/v1/models") {
    base::Json model{{"id", script_->model}, {"object", "model"}, {"owned_by", "twin"}};
    return plain_json({{"object", "list"}, {"data", base::Json::array({std::move(model)})}});
  }
  if (path == "/props" && script_->props) return plain_json(*script_->props);
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

base::MonotonicTime Twin::started() const { return play_->stage->log().started(); }
std::vector<TwinRecord> Twin::records() const { return play_->stage->log().records(); }

}  // namespace assay::endpoint
