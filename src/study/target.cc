#include "study/target.h"

#include <fmt/core.h>

#include <utility>

#include "base/check.h"
#include "base/hash.h"

namespace assay::study {

using base::Done;
using base::Json;
using base::Status;

Target::Target(const base::Context& context, const ModelSpec& model,
               std::optional<endpoint::Engine> engine, TargetFolders folders, EventSink events,
               std::map<std::string, std::string>& file_digests)
    : context_(context),
      model_(model),
      engine_(std::move(engine)),
      folders_(std::move(folders)),
      events_(std::move(events)),
      file_digests_(file_digests),
      keeper_(context) {}

Status Target::prepare(const Cell& cell) {
  const base::MonotonicTime started = context_.clock.now();
  Status status = model_.is_guest() ? prepare_guest(cell) : prepare_endpoint();
  load_s_ += base::to_seconds(context_.clock.now() - started);
  return status;
}

Status Target::check_digest(const std::filesystem::path& file) {
  const std::string key = file.filename().string();
  ASSAY_TRY(const std::string digest, base::sha256_hex_of_file(file));
  const auto [known, is_new] = file_digests_.emplace(key, digest);
  if (is_new || known->second == digest) return Done{};
  return base::bad_input(
      "the model file changed since this study began, so its trials would not compare",
      "give the study another name or seed to start a new one", file.string());
}

Status Target::prepare_guest(const Cell& cell) {
  ASSAY_CHECK(engine_.has_value(), "a guest has an engine");
  if (loaded_ == cell.guest && guest_ && guest_->state() == endpoint::GuestState::Healthy)
    return Done{};
  ASSAY_TRY_DONE(stop_guest());
  ASSAY_TRY_DONE(check_digest(cell.guest.model));
  if (!guest_)
    guest_.emplace(context_, *engine_, folders_.run, folders_.logs / (model_.name + ".log"));
  ASSAY_TRY(ready_, guest_->ensure_ready(cell.guest));
  const endpoint::GuestReady& ready = ready_;
  loaded_ = cell.guest;
  loaded_cell_ = cell.id;
  told_ = ready.told;
  ASSAY_TRY(client_, endpoint::Client::make(ready.address, &context_.interrupt));
  return events_("guest_ready", model_.name,
                 {{"cell", cell.id},
                  {"load_ms", ready.load_ms},
                  {"predicted_bytes", ready.predicted_bytes},
                  {"limit_bytes", ready.limit_bytes},
                  {"guard", std::string(host::name_of(ready.guard))},
                  {"file", cell.guest.model.filename().string()},
                  {"file_sha256", file_digests_[cell.guest.model.filename().string()]},
                  {"command", endpoint::command_arguments(cell.guest)},
                  {"told", ready.told},
                  {"props", ready.props}});
}

Status Target::prepare_endpoint() {
  if (client_) return Done{};
  endpoint::Address address{model_.url, model_.model, ""};
  if (!model_.key_env.empty()) {
    const auto key = context_.variable(model_.key_env);
    if (!key) {
      return base::bad_input(fmt::format("model `{}` takes its key from ${}, which is not set",
                                         model_.name, model_.key_env),
                             fmt::format("export {}=…", model_.key_env));
    }
    address.key = *key;
  }
  ASSAY_TRY(client_, endpoint::Client::make(std::move(address), &context_.interrupt));
  return events_("endpoint_ready", model_.name, {{"url", model_.url}, {"model", model_.model}});
}

endpoint::Client& Target::client() {
  ASSAY_CHECK(client_.has_value(), "a target is prepared before it is asked");
  return *client_;
}

std::optional<endpoint::GuestLoss> Target::loss_behind(const endpoint::ChatFailure& failure) {
  if (!guest_) return std::nullopt;
  auto loss = guest_->loss_behind(failure.failure);
  if (loss) {
    loaded_.reset();
    // The event is a note for people; the trial's own row carries the outcome.
    static_cast<void>(events_("guest_lost", model_.name,
                              {{"cell", loaded_cell_},
                               {"out_of_memory", loss->out_of_memory},
                               {"hung", loss->hung},
                               {"message", loss->message},
                               {"peak_bytes", guest_->peak_bytes()}}));
  }
  return loss;
}

Status Target::release() {
  const base::MonotonicTime started = context_.clock.now();
  Status status = stop_guest();
  load_s_ += base::to_seconds(context_.clock.now() - started);
  return status;
}

Status Target::stop_guest() {
  if (!guest_ || guest_->state() == endpoint::GuestState::Absent) return Done{};
  client_.reset();
  const std::optional<endpoint::GuestSettings> loaded = std::exchange(loaded_, std::nullopt);
  const std::uint64_t peak = guest_->peak_bytes();
  ASSAY_TRY_DONE(guest_->stop());
  if (!loaded) return Done{};
  keeper_.keep(*engine_, *loaded, ready_, peak);
  return events_("guest_stopped", model_.name, {{"cell", loaded_cell_}, {"peak_bytes", peak}});
}

}  // namespace assay::study
