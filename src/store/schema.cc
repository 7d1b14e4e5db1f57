#include "store/schema.h"

namespace assay::store {
namespace {

/// A little more than the log holds when SQLite writes it back into the database and starts it
/// anew: 1,000 pages of 4,096 bytes, each with a head of 24.
constexpr std::int64_t kLogBytes = std::int64_t{4'400} << 10U;

constexpr std::string_view kSchema = R"sql(CREATE TABLE study (
  id TEXT PRIMARY KEY,
  hash TEXT NOT NULL,
  name TEXT NOT NULL,
  file TEXT NOT NULL,
  source TEXT NOT NULL,
  plan TEXT NOT NULL,
  state TEXT NOT NULL
    CHECK (state IN ('planned', 'running', 'interrupted', 'done', 'failed')),
  created_unix_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE trial (
  study TEXT NOT NULL REFERENCES study (id),
  ordinal INTEGER NOT NULL CHECK (ordinal >= 0),
  model TEXT NOT NULL,
  cell TEXT NOT NULL,
  canary TEXT NOT NULL,
  repeat INTEGER NOT NULL CHECK (repeat >= 0),
  seed INTEGER NOT NULL,
  outcome TEXT NOT NULL
    CHECK (outcome IN ('scored', 'model_failure', 'limit', 'scorer_failure', 'infrastructure',
                       'skipped')),
  outcome_class TEXT NOT NULL CHECK (outcome <> 'scored' OR outcome_class = ''),
  score REAL CHECK ((outcome = 'scored') = (score IS NOT NULL) AND score BETWEEN 0 AND 1),
  finish_reason TEXT NOT NULL,
  prompt_tokens INTEGER,
  completion_tokens INTEGER,
  ttft_ms REAL,
  total_ms REAL,
  wall_ms REAL,
  tokens_per_s REAL,
  attempts INTEGER NOT NULL CHECK (attempts >= 0),
  reply TEXT NOT NULL CHECK (length(CAST(reply AS BLOB)) <= 65536),
  detail TEXT NOT NULL CHECK (detail = '' OR json_valid(detail)),
  started_unix_ms INTEGER NOT NULL,
  PRIMARY KEY (study, ordinal)
) STRICT;

CREATE TABLE event (
  number INTEGER PRIMARY KEY,
  study TEXT NOT NULL REFERENCES study (id),
  unix_ms INTEGER NOT NULL,
  kind TEXT NOT NULL,
  model TEXT NOT NULL,
  detail TEXT NOT NULL CHECK (detail = '' OR json_valid(detail))
) STRICT;

CREATE INDEX event_of_study ON event (study, number);
)sql";

/// "asay" in ASCII.
constexpr std::int64_t kApplicationId = 0x61736179;

}  // namespace

const DatabaseKind& journal_kind() {
  static constexpr DatabaseKind kKind{"journal", "point --home at", kSchema, kApplicationId,
                                      1,         kLogBytes};
  return kKind;
}

}  // namespace assay::store
