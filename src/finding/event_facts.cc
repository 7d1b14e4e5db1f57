#include "finding/event_facts.h"

#include <algorithm>

#include "base/hash.h"

namespace assay::finding {
namespace {

using base::Json;

bool is_true(const Json& object, std::string_view key) {
  const Json* member = base::find_member(object, key);
  return member != nullptr && member->is_boolean() && member->get<bool>();
}

/// The server's properties that decide what was measured. The chat template is thousands of
/// characters, so its digest stands for it.
Json measured_properties(const Json& props) {
  Json kept = Json::object();
  for (const char* key : {"build_info", "model_alias", "total_slots"}) {
    if (const Json* member = base::find_member(props, key)) kept[key] = *member;
  }
  if (const Json* defaults = base::find_member(props, "default_generation_settings")) {
    if (const Json* context = base::find_member(*defaults, "n_ctx")) kept["n_ctx"] = *context;
  }
  if (auto chat_template = base::string_member(props, "chat_template")) {
    kept["chat_template_sha256"] = base::sha256_hex(*chat_template);
  }
  return kept;
}

Json fingerprint_of(const Json& ready) {
  Json fingerprint = Json::object();
  for (const char* key : {"file_sha256", "guard", "limit_bytes", "predicted_bytes", "load_ms"}) {
    if (const Json* member = base::find_member(ready, key)) fingerprint[key] = *member;
  }
  if (const Json* props = base::find_member(ready, "props")) {
    fingerprint["props"] = measured_properties(*props);
  }
  return fingerprint;
}

GuestReadyFact ready_fact(const std::string& cell, const Json& detail) {
  GuestReadyFact fact;
  fact.cell = cell;
  const Json* props = base::find_member(detail, "props");
  if (props == nullptr) return fact;
  fact.slots = base::integer_member(*props, "total_slots").value_or(1);
  if (const Json* defaults = base::find_member(*props, "default_generation_settings")) {
    fact.slot_tokens = base::integer_member(*defaults, "n_ctx").value_or(-1);
  }
  return fact;
}

std::string engine_name(const Json& detail) {
  const std::string version = base::string_member(detail, "version").value_or("unknown version");
  const auto source = base::string_member(detail, "source");
  return source ? version + " (" + *source + ")" : version;
}

void read_event(const store::EventRow& event, const Json& detail, EventFacts& facts) {
  const std::string cell = base::string_member(detail, "cell").value_or("");
  if (auto bytes = base::integer_member(detail, "peak_bytes")) {
    std::int64_t& peak = facts.peak_bytes[cell];
    peak = std::max(peak, *bytes);
  }
  if (event.kind == "machine") {
    facts.machine = detail;
  } else if (event.kind == "engine") {
    facts.engine = engine_name(detail);
  } else if (event.kind == "guest_ready") {
    // The smoke run loads a model's baseline before anything else; later loads are of other levels.
    Json& fingerprint = facts.models[event.model].fingerprint;
    if (fingerprint.empty()) fingerprint = fingerprint_of(detail);
    facts.models[event.model].guests.push_back(ready_fact(cell, detail));
    facts.load_s += base::number_member(detail, "load_ms").value_or(0.0) / 1000.0;
  } else if (event.kind == "arm") {
    facts.arms[cell] = detail;
  } else if (event.kind == "combination") {
    if (const Json* added = base::find_member(detail, "cell")) facts.combinations.push_back(*added);
  } else if (event.kind == "confirmation") {
    facts.not_confirmed[event.model] = {cell, base::string_member(detail, "reason").value_or("")};
  } else if (event.kind == "guest_lost") {
    facts.models[event.model].losses.push_back(
        {.cell = cell,
         .message = base::string_member(detail, "message").value_or(""),
         .out_of_memory = is_true(detail, "out_of_memory")});
  }
}

}  // namespace

EventFacts read_events(const std::vector<store::EventRow>& events) {
  EventFacts facts;
  for (const store::EventRow& event : events) {
    const auto detail = base::parse_json(event.detail);
    read_event(event, detail.has_value() && detail->is_object() ? *detail : Json::object(), facts);
  }
  return facts;
}

}  // namespace assay::finding
