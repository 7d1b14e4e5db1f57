// Whether a finding card still says what its journal says, and whether what it was measured on is
// still there. Called by `assay verify`, which gathers the facts; pure, so that a test can pretend
// any change. Cards are untrusted: any JSON may come in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "finding/plan_changes.h"

namespace assay::report {

enum class Standing {
  Holds,
  DoesNotHold,  ///< The card differs from the journal.
  Stale,        ///< The world differs from the journal.
  Unchecked,    ///< Nothing to compare with: an endpoint, a study file that is gone.
};

/// "holds", "does not hold", "stale", "unchecked".
std::string_view name_of(Standing standing);

/// A value at which the card and the journal part. Absent values read "absent".
struct Discrepancy {
  std::string path;  ///< JSON pointer into the card.
  std::string card;
  std::string journal;
};

/// One thing the figures rest on.
struct FreshnessItem {
  std::string subject;  ///< "model file /models/m.gguf", "engine", "machine cpu_model".
  Standing standing = Standing::Holds;
  std::string then;
  std::string now;  ///< Why, when unchecked.
};

struct Verification {
  std::string study;
  std::string model;
  std::int64_t values = 0;  ///< Numbers, texts, truths and nulls compared.
  std::vector<Discrepancy> discrepancies;
  std::vector<FreshnessItem> items;

  /// DoesNotHold before Stale before Holds.
  Standing overall() const;
  base::Json to_json() const;
  /// For people; ends in a line feed. Shows at most twenty discrepancies.
  std::string to_text() const;
};

/// What the caller found in the world.
struct Present {
  std::map<std::string, std::string> digests;  ///< SHA-256 by path; absent: the file is gone.
  std::optional<std::string> engine;           ///< Its version; none: not found.
  base::Json machine;                          ///< host::MachineFacts::to_json().
  /// What the study file and its packs say now; none: they could not be read, see `trouble`.
  std::optional<std::vector<finding::PlanChange>> changes;
  std::string trouble;
};

/// Which study and model a card is about.
struct CardSubject {
  std::string study;
  std::string model;
};

/// BadInput for anything that is not a card of a format this program knows.
base::Result<CardSubject> subject_of(const base::Json& card);

/// The files that a card names, those of `derived`, so that no path of a foreign card is opened.
std::vector<std::string> files_of(const base::Json& derived);

/// Compares `card`, as somebody handed it in, with `derived`, the card made from the journal now,
/// and `derived`'s fingerprint with the present. Numbers agree within 1e-9 of the larger.
Verification verify_card(const base::Json& card, const base::Json& derived, const Present& present);

}  // namespace assay::report
