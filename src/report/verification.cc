#include "report/verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/text.h"
#include "report/escape.h"
#include "report/report.h"

namespace assay::report {
namespace {

using base::Json;

constexpr double kRelativeTolerance = 1e-9;
constexpr std::size_t kDiscrepanciesShown = 20;
constexpr std::size_t kValueColumns = 60;
constexpr std::size_t kDigestDigits = 16;
constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;
constexpr const char* kAbsent = "absent";

/// A member's name as a step of a JSON pointer (RFC 6901, section 3).
std::string pointer_step(std::string_view key) {
  std::string step = "/";
  for (const char letter : key) {
    if (letter == '~') {
      step += "~0";
    } else if (letter == '/') {
      step += "~1";
    } else {
      step += letter;
    }
  }
  return step;
}

bool is_close(double left, double right) {
  const double larger = std::max(std::abs(left), std::abs(right));
  return std::abs(left - right) <= kRelativeTolerance * larger;
}

/// Walks both cards at once; parse_json() bounds the depth.
class Walk {
 public:
  explicit Walk(Verification& verification) : verification_(verification) {}

  void compare(const Json& card, const Json& journal, const std::string& path) {
    if (card.is_object() && journal.is_object()) {
      for (const auto& [key, value] : journal.items()) {
        compare_member(base::find_member(card, key), &value, path + pointer_step(key));
      }
      for (const auto& [key, value] : card.items()) {
        if (!journal.contains(key)) compare_member(&value, nullptr, path + pointer_step(key));
      }
      return;
    }
    if (card.is_array() && journal.is_array()) {
      for (std::size_t index = 0; index < std::max(card.size(), journal.size()); ++index) {
        compare_member(index < card.size() ? &card[index] : nullptr,
                       index < journal.size() ? &journal[index] : nullptr,
                       fmt::format("{}/{}", path, index));
      }
      return;
    }
    ++verification_.values;
    const bool same = card.is_number() && journal.is_number()
                          ? is_close(card.get<double>(), journal.get<double>())
                          : card == journal;
    if (!same) differ(base::dump_json(card), base::dump_json(journal), path);
  }

 private:
  void compare_member(const Json* card, const Json* journal, const std::string& path) {
    if (card != nullptr && journal != nullptr) return compare(*card, *journal, path);
    ++verification_.values;
    differ(card == nullptr ? kAbsent : base::dump_json(*card),
           journal == nullptr ? kAbsent : base::dump_json(*journal), path);
  }

  void differ(std::string card, std::string journal, const std::string& path) {
    verification_.discrepancies.push_back({path, std::move(card), std::move(journal)});
  }

  Verification& verification_;
};

std::string text_of(const Json& value) {
  if (value.is_null()) return "unknown";
  return value.is_string() ? value.get<std::string>() : base::dump_json(value);
}

std::string short_digest(const std::string& digest) {
  return "sha256 " + digest.substr(0, kDigestDigits) + "…";
}

const Json& at(const Json& object, std::string_view key) {
  static const Json kNull;
  const Json* member = base::find_member(object, key);
  return member == nullptr ? kNull : *member;
}

void check_files(const Json& fingerprint, const Present& present,
                 std::vector<FreshnessItem>& items) {
  const Json& model = at(fingerprint, "model");
  if (const auto url = base::string_member(model, "url")) {
    items.push_back({"endpoint " + *url, Standing::Unchecked,
                     base::string_member(model, "served_as").value_or(""),
                     "what an endpoint serves cannot be fingerprinted"});
    return;
  }
  const Json& files = at(model, "files");
  if (!files.is_array() || files.empty()) {
    items.push_back({"model file", Standing::Unchecked, "", "the journal has no digest of it"});
    return;
  }
  for (const Json& file : files) {
    const std::string path = base::string_member(file, "path").value_or("");
    const std::string then = base::string_member(file, "sha256").value_or("");
    const auto now = present.digests.find(path);
    if (now == present.digests.end()) {
      items.push_back({"model file " + path, Standing::Stale, short_digest(then), "gone"});
    } else {
      items.push_back({"model file " + path,
                       now->second == then ? Standing::Holds : Standing::Stale, short_digest(then),
                       short_digest(now->second)});
    }
  }
}

/// The journal has "VERSION (SOURCE)"; the same build may be found in another place.
void check_engine(const Json& fingerprint, const Present& present,
                  std::vector<FreshnessItem>& items) {
  const auto then = base::string_member(fingerprint, "engine");
  // An endpoint's engine is its own.
  if (!then || base::string_member(at(fingerprint, "model"), "url")) return;
  if (!present.engine) {
    items.push_back({"engine", Standing::Stale, *then, "not found"});
    return;
  }
  const bool same = *then == *present.engine || then->starts_with(*present.engine + " (");
  items.push_back({"engine", same ? Standing::Holds : Standing::Stale, *then, *present.engine});
}

/// A kernel keeps some megabytes for itself, more or fewer after each update.
bool is_same_fact(std::string_view fact, const Json& then, const Json& now) {
  if (fact == "memory_total_bytes" && then.is_number() && now.is_number()) {
    return std::lround(then.get<double>() / kGibibyte) ==
           std::lround(now.get<double>() / kGibibyte);
  }
  return base::json_equal(then, now);
}

void check_machine(const Json& fingerprint, const Present& present,
                   std::vector<FreshnessItem>& items) {
  const Json& machine = at(fingerprint, "machine");
  if (!machine.is_object()) return;
  std::size_t same = 0;
  for (const auto& [fact, then] : machine.items()) {
    if (then.is_null()) continue;
    const Json& now = at(present.machine, fact);
    if (is_same_fact(fact, then, now)) {
      ++same;
    } else {
      items.push_back({"machine " + fact, Standing::Stale, text_of(then), text_of(now)});
    }
  }
  if (same == 0) return;
  const std::string name = text_of(at(machine, "cpu_model"));
  items.push_back({fmt::format("machine ({} facts)", same), Standing::Holds, name, name});
}

void check_study(const Json& derived, const Present& present, std::vector<FreshnessItem>& items) {
  const std::string file =
      base::string_member(at(at(derived, "fingerprint"), "inputs"), "study_file").value_or("");
  if (!present.changes) {
    items.push_back({"study file " + file, Standing::Unchecked, "", present.trouble});
    return;
  }
  for (const finding::PlanChange& change : *present.changes) {
    items.push_back({change.what, Standing::Stale, change.then, change.now});
  }
  if (!present.changes->empty()) return;
  const std::string hash = short_digest(base::string_member(derived, "hash").value_or(""));
  items.push_back({"study file and task packs", Standing::Holds, hash, hash});
  if (!present.trouble.empty()) {
    items.push_back({"study file " + file, Standing::Unchecked, "", present.trouble});
  }
}

base::Error not_a_card(std::string_view found) {
  return base::bad_input(fmt::format("expected a finding card, found {}", found),
                         "cards are the card-MODEL.json files in a study's folder");
}

std::string line_of(Standing standing, const std::string& rest) {
  return fmt::format("{:<13}  {}\n", name_of(standing), single_line(rest));
}

std::string cut(const std::string& value) { return base::ellipsize(value, kValueColumns); }

}  // namespace

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::Holds:
      return "holds";
    case Standing::DoesNotHold:
      return "does not hold";
    case Standing::Stale:
      return "stale";
    case Standing::Unchecked:
      break;
  }
  return "unchecked";
}

base::Result<CardSubject> subject_of(const Json& card) {
  if (!card.is_object()) return not_a_card(fmt::format("a JSON {}", card.type_name()));
  const auto format = base::integer_member(card, "format");
  if (!format) return not_a_card("no number `format`");
  if (*format != kCardFormat) {
    return base::bad_input(
        fmt::format("expected a card of format {}, found {}", kCardFormat, *format),
        "verify it with the version of assay that wrote it, or write it again with `assay study "
        "resume`");
  }
  const auto study = base::string_member(card, "study");
  if (!study || study->empty()) return not_a_card("no text `study`");
  const auto model = base::string_member(at(card, "model"), "model");
  if (!model || model->empty()) return not_a_card("no text `model.model`");
  return CardSubject{*study, *model};
}

std::vector<std::string> files_of(const Json& derived) {
  std::vector<std::string> paths;
  const Json& files = at(at(at(derived, "fingerprint"), "model"), "files");
  if (!files.is_array()) return paths;
  for (const Json& file : files) {
    if (auto path = base::string_member(file, "path")) paths.push_back(*path);
  }
  return paths;
}

Verification verify_card(const Json& card, const Json& derived, const Present& present) {
  Verification verification;
  verification.study = base::string_member(derived, "study").value_or("");
  verification.model = base::string_member(at(derived, "model"), "model").value_or("");
  Walk(verification).compare(card, derived, "");
  const Json& fingerprint = at(derived, "fingerprint");
  check_files(fingerprint, present, verification.items);
  check_engine(fingerprint, present, verification.items);
  check_machine(fingerprint, present, verification.items);
  check_study(derived, present, verification.items);
  return verification;
}

Standing Verification::overall() const {
  if (!discrepancies.empty()) return Standing::DoesNotHold;
  const bool any_stale = std::any_of(items.begin(), items.end(), [](const FreshnessItem& item) {
    return item.standing == Standing::Stale;
  });
  return any_stale ? Standing::Stale : Standing::Holds;
}

Json Verification::to_json() const {
  Json json{{"study", study},
            {"model", model},
            {"standing", std::string(name_of(overall()))},
            {"values", values},
            {"discrepancies", Json::array()},
            {"items", Json::array()}};
  for (const Discrepancy& discrepancy : discrepancies) {
    json["discrepancies"].push_back(
        {{"path", discrepancy.path}, {"card", discrepancy.card}, {"journal", discrepancy.journal}});
  }
  for (const FreshnessItem& item : items) {
    json["items"].push_back({{"subject", item.subject},
                             {"standing", std::string(name_of(item.standing))},
                             {"then", item.then},
                             {"now", item.now}});
  }
  return json;
}

std::string Verification::to_text() const {
  std::string text = fmt::format("card of {} in study {}\n\n", single_line(model), study);
  const auto wrong = static_cast<std::int64_t>(discrepancies.size());
  if (wrong == 0) {
    text += line_of(Standing::Holds,
                    fmt::format("all {} values, derived from the journal again", values));
  } else {
    text += line_of(Standing::DoesNotHold, fmt::format("{} of {} values", wrong, values));
  }
  for (std::size_t index = 0; index < std::min(discrepancies.size(), kDiscrepanciesShown);
       ++index) {
    const Discrepancy& discrepancy = discrepancies[index];
    text += fmt::format("{:15}{}\n{:17}the card says {}, the journal {}\n", "",
                        single_line(discrepancy.path), "", single_line(cut(discrepancy.card)),
                        single_line(cut(discrepancy.journal)));
  }
  if (discrepancies.size() > kDiscrepanciesShown) {
    text += fmt::format("{:15}… and {} more; --json has them all\n", "",
                        discrepancies.size() - kDiscrepanciesShown);
  }
  for (const FreshnessItem& item : items) {
    std::string words = item.subject;
    if (item.standing == Standing::Stale) {
      words += fmt::format(": {} → {}", cut(item.then), cut(item.now));
    } else if (item.standing == Standing::Unchecked) {
      words += ": " + item.now;
    } else {
      words += ": " + cut(item.now);
    }
    text += line_of(item.standing, words);
  }
  return text;
}

}  // namespace assay::report
