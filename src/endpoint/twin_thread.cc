#include "endpoint/twin_thread.h"

#include <fmt/core.h>

#include <utility>

namespace assay::endpoint {

base::Result<std::unique_ptr<TwinThread>> TwinThread::start(std::string_view script,
                                                            std::string_view source) {
  ASSAY_TRY(auto parsed, parse_twin_script(script, source));
  std::unique_ptr<TwinThread> running(new TwinThread(std::move(parsed)));
  ASSAY_TRY(running->port_, running->twin_.listen("127.0.0.1", 0));
  running->loop_ = std::thread([&runtime = running->runtime_] { runtime.run_until_stopped(); });
  return running;
}

TwinThread::TwinThread(std::shared_ptr<const TwinScript> script)
    : twin_(runtime_, std::move(script)) {}

TwinThread::~TwinThread() {
  if (!loop_.joinable()) return;
  runtime_.stop();
  loop_.join();
}

std::string TwinThread::url() const { return fmt::format("http://127.0.0.1:{}/v1", port_); }

}  // namespace assay::endpoint
