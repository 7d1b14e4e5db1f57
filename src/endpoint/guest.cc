#include "endpoint/guest.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "endpoint/client.h"
#include "endpoint/guest_command.h"
#include "endpoint/guest_memory.h"
#include "endpoint/guest_server.h"
#include "endpoint/guest_told.h"
#include "host/memory.h"
#include "net/runtime.h"

namespace assay::endpoint {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kPortAttempts = 3;
constexpr milliseconds kPollFirst{25};
constexpr milliseconds kPollLongest{250};
constexpr seconds kAnswerTimeout{5};
constexpr seconds kEndDelayMost{2};

base::Error interrupted_error(int signal) {
  return {base::ErrorKind::Interrupted,
          fmt::format("interrupted by signal {} while the model was loading", signal), "", ""};
}

base::Error start_error(const ServerFailure& failure, const GuestSettings& settings,
                        const std::filesystem::path& log) {
  const std::string hint = fmt::format("the whole log is in {}", log.string());
  const std::string model = settings.model.string();
  switch (failure.why) {
    case ServerEnd::OutOfMemory:
      return base::out_of_memory_error(
          "llama-server ran out of memory while loading: " + failure.message,
          "use a smaller context or a quantized KV cache; " + hint, model);
    case ServerEnd::PortInUse:
      return base::system_error(
          fmt::format("llama-server found its port taken {} times: {}", kPortAttempts,
                      failure.message),
          "other programs take ports as fast as they are found free; try again", model);
    case ServerEnd::BadModel:
      return base::bad_input("llama-server cannot load the model: " + failure.message, hint, model);
    case ServerEnd::Unknown:
      break;
  }
  return base::unreachable("llama-server never became healthy: " + failure.message, hint, model);
}

}  // namespace

std::string_view name_of(GuestState state) {
  switch (state) {
    case GuestState::Absent:
      return "absent";
    case GuestState::Starting:
      return "starting";
    case GuestState::Healthy:
      return "healthy";
    case GuestState::Stopping:
      return "stopping";
    case GuestState::Failed:
      break;
  }
  return "failed";
}

/// The states: Absent → Starting → Healthy → Stopping → Absent, and Failed from Starting (nothing
/// runs then) or from Healthy (`loss` says why). `server` is set in Starting, Healthy and Stopping,
/// and in Failed after a loss.
struct Guest::Body {
  Body(const base::Context& given, Engine found, std::filesystem::path folder,
       std::filesystem::path log_file)
      : context(given),
        engine(std::move(found)),
        run_folder(std::move(folder)),
        log(std::move(log_file)) {}

  const base::Context& context;
  Engine engine;
  std::filesystem::path run_folder;
  std::filesystem::path log;

  GuestState state = GuestState::Absent;
  GuestSettings settings;
  MemoryPlan plan;
  GuestReady ready;
  std::optional<GuestLoss> loss;
  MemoryHeld held;
  std::unique_ptr<GuestServer> server;
  net::Runtime runtime;

  base::Result<GuestReady> start(base::Nanoseconds timeout);
  base::Status wait_until_healthy(Client& client, base::MonotonicTime started,
                                  base::Nanoseconds timeout);
  base::Result<GuestReady> describe_ready(Client& client, double load_ms);
  base::Status stop();
  void end_if_hung();
  void look() {
    if (server) held = server->look();
  }
};

/// One attempt per port; only a port that was taken is tried again.
base::Result<GuestReady> Guest::Body::start(base::Nanoseconds timeout) {
  const base::MonotonicTime started = context.clock.now();
  std::optional<base::Error> last;
  for (int attempt = 0; attempt < kPortAttempts; ++attempt) {
    server.reset();
    ASSAY_TRY(server, GuestServer::start({engine, settings, run_folder, log, plan.limit}));
    const std::string base_url = fmt::format("http://127.0.0.1:{}/v1", server->port());
    ASSAY_TRY(Client client, Client::make({base_url, "", ""}, &context.interrupt));
    base::Status healthy = wait_until_healthy(client, started, timeout);
    if (healthy.has_value()) {
      return describe_ready(client, base::to_ms(context.clock.now() - started));
    }
    last = std::move(healthy).error();
    if (!server->ended() || server->failure().why != ServerEnd::PortInUse) break;
  }
  return *last;
}

base::Status Guest::Body::wait_until_healthy(Client& client, base::MonotonicTime started,
                                             base::Nanoseconds timeout) {
  milliseconds interval = kPollFirst;
  while (true) {
    const bool answered = runtime.run(client.healthy(kAnswerTimeout));
    if (server->ended()) return start_error(server->failure(), settings, log);
    if (context.interrupt.requested()) return interrupted_error(context.interrupt.signal());
    if (answered) return base::Done{};
    if (context.clock.now() - started >= timeout) {
      return base::unreachable(fmt::format("llama-server did not become healthy within {:.0f} s{}",
                                           base::to_seconds(timeout), server->log_lines()),
                               fmt::format("allow it more time, or see {}", log.string()),
                               settings.model.string());
    }
    server->wait_for_end(interval);
    interval = std::min(interval * 3 / 2, kPollLongest);
  }
}

base::Result<GuestReady> Guest::Body::describe_ready(Client& client, double load_ms) {
  auto props = runtime.run(client.props(kAnswerTimeout));
  if (!props.has_value()) return std::move(props).error();
  GuestReady made;
  made.address = client.address();
  made.props = std::move(*props);
  const std::string said = server->log();
  made.told = settings_told(said);
  made.buffers = buffers_told(said);
  made.load_ms = load_ms;
  made.pid = server->pid();
  made.guard = server->guard().kind();
  made.limit_bytes = plan.limit;
  made.predicted_bytes = plan.predicted;
  made.predicted = plan.need;
  made.loaded_bytes = server->look().resident_peak;
  made.architecture = plan.architecture;
  return made;
}

base::Status Guest::Body::stop() {
  if (!server) return base::Done{};
  const bool lost = server->ended();
  state = GuestState::Stopping;
  look();
  const auto at_stop = host::read_memory();
  server->stop();
  server.reset();
  if (lost || !at_stop.has_value()) return base::Done{};
  return verify_returned(context, held, plan.available, at_stop->available);
}

/// llama-server answers /health beside its work, so that a long answer does not look like a hang.
void Guest::Body::end_if_hung() {
  if (server->ended()) return;
  auto client = Client::make(ready.address, &context.interrupt);
  const bool answered = client.has_value() && runtime.run(client->healthy(kAnswerTimeout));
  if (answered || context.interrupt.requested() || server->ended()) return;
  look();
  loss = GuestLoss{false,
                   fmt::format("the guest was hung: beyond the deadline it did not answer /health "
                               "within {} s either{}",
                               kAnswerTimeout.count(), server->log_lines()),
                   true};
  server->kill();
  state = GuestState::Failed;
}

Guest::Guest(const base::Context& context, Engine engine, std::filesystem::path run_folder,
             std::filesystem::path log)
    : body_(std::make_unique<Body>(context, std::move(engine), std::move(run_folder),
                                   std::move(log))) {}

Guest::~Guest() = default;

base::Result<GuestReady> Guest::ensure_ready(const GuestSettings& settings,
                                             base::Nanoseconds timeout) {
  Body& body = *body_;
  if (body.state == GuestState::Healthy && body.settings == settings && !loss()) return body.ready;
  ASSAY_TRY_DONE(stop());
  ASSAY_TRY_DONE(check_settings(settings));
  ASSAY_TRY(body.plan, plan_memory(settings));
  body.settings = settings;
  body.held = {};
  body.state = GuestState::Starting;
  auto ready = body.start(timeout);
  if (!ready.has_value()) {
    body.look();
    body.server.reset();
    body.state = GuestState::Failed;
    return ready;
  }
  body.ready = *ready;
  body.state = GuestState::Healthy;
  return ready;
}

base::Status Guest::stop() {
  base::Status stopped = body_->stop();
  body_->state = GuestState::Absent;
  body_->loss.reset();
  return stopped;
}

std::optional<GuestLoss> Guest::loss() {
  Body& body = *body_;
  if (body.state != GuestState::Healthy || !body.server->ended()) return body.loss;
  body.look();
  const ServerFailure failure = body.server->failure();
  body.loss =
      GuestLoss{failure.why == ServerEnd::OutOfMemory, "the guest was lost: " + failure.message};
  body.state = GuestState::Failed;
  return body.loss;
}

std::optional<GuestLoss> Guest::loss_behind(FailureClass failure) {
  Body& body = *body_;
  if (body.state == GuestState::Healthy) {
    const bool broken = failure == FailureClass::Unreachable || failure == FailureClass::CutStream;
    if (broken) body.server->wait_for_end(kEndDelayMost);
    if (failure == FailureClass::Deadline) body.end_if_hung();
  }
  return loss();
}

GuestState Guest::state() const { return body_->state; }

std::uint64_t Guest::peak_bytes() const {
  body_->look();
  return body_->held.resident_peak;
}

}  // namespace assay::endpoint
