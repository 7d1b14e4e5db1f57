// The journal of studies: SQLite in WAL mode, one durable transaction per trial. What is in it
// survives a crash, a kill and a power cut; nothing is ever updated but a study's state.
// docs/reference/journal.md documents the schema for other readers.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace assay::store {

struct StudyRow {
  std::string id;
  std::string hash;  ///< SHA-256 of everything that defines the study.
  std::string name;
  std::string file;    ///< Where the study file was, as given.
  std::string source;  ///< Its text, secrets never being in it.
  std::string plan;    ///< The resolved plan, JSON.
  std::string state;   ///< "planned", "running", "interrupted", "done", "failed".
  std::int64_t created_unix_ms = 0;
};

/// One ended trial. `ordinal` is its place in the schedule, unique within the study: a second
/// append of the same ordinal is refused, so that nothing is ever doubled.
struct TrialRow {
  std::int64_t ordinal = 0;
  std::string model;
  std::string cell;
  std::string canary;
  std::int64_t repeat = 0;  ///< From 0.
  std::int64_t seed = 0;    ///< As sent in the request.
  std::string outcome;  ///< "scored", "model_failure", "limit", "scorer_failure", "infrastructure",
                        ///< "skipped".
  std::string outcome_class;    ///< Empty when scored.
  std::optional<double> score;  ///< 0..1; none unless scored.
  std::string finish_reason;
  std::int64_t prompt_tokens = -1;  ///< Negative here and below: not known.
  std::int64_t completion_tokens = -1;
  double ttft_ms = -1;
  double total_ms = -1;       ///< Inside the model: request sent to last byte.
  double wall_ms = -1;        ///< The whole trial, our own work included.
  double tokens_per_s = -1;   ///< While decoding; negative when it cannot be said.
  std::int64_t attempts = 1;  ///< Requests sent, from 0.
  std::string reply;          ///< The model's text, at most 64 KiB.
  std::string detail;         ///< JSON or empty: scorer's reason, tool calls, error body, timings.
  std::int64_t started_unix_ms = 0;
};

/// Something that happened around the trials: smoke result, guest load, guard, resume, note.
struct EventRow {
  std::int64_t unix_ms = 0;
  std::string kind;
  std::string model;
  std::string detail;  ///< JSON or empty.
};

struct TrialCounts {
  std::int64_t done = 0;
  std::int64_t scored = 0;
  std::int64_t failed = 0;  ///< model_failure, limit, scorer_failure, skipped.
  std::int64_t infrastructure = 0;
};

/// Not thread-safe. Readers in other processes never wait; of several writers one writes at a time,
/// and one that waited `lock_wait_max` for the others gets a System error. Every error names the
/// file. A damaged file is BadInput, a full disk System; neither loses what was journaled before.
class Journal {
 public:
  /// Opens or creates the file and its folders. A file that is not a journal, or one of a newer
  /// schema, is BadInput and stays as it was; a full disk or missing permission is System.
  static base::Result<Journal> open(
      const std::filesystem::path& file,
      std::chrono::milliseconds lock_wait_max = std::chrono::seconds(5));
  ~Journal();
  Journal(Journal&&) noexcept;
  Journal& operator=(Journal&&) noexcept;

  /// Does nothing when a study with that id and hash is there already; with that id and another
  /// hash BadInput.
  base::Status add_study(const StudyRow& study);
  /// BadInput when there is no such study; so it is for append_trial and append_event.
  base::Status set_state(std::string_view study, std::string_view state);
  base::Result<std::optional<StudyRow>> study(std::string_view id);
  /// Newest first.
  base::Result<std::vector<StudyRow>> studies();

  /// Durable when it returns. An ordinal that is there already is BadInput; a row that breaks a
  /// rule of TrialRow is Internal.
  base::Status append_trial(std::string_view study, const TrialRow& trial);
  /// In schedule order; none for an unknown study.
  base::Result<std::vector<TrialRow>> trials(std::string_view study);
  base::Result<std::vector<std::int64_t>> done_ordinals(std::string_view study);
  base::Result<TrialCounts> counts(std::string_view study);

  /// Reads every page of the file and follows every tree in it: BadInput with the first damage.
  /// Bytes changed inside a value keep its page well formed and are not noticed.
  base::Status check_pages();

  base::Status append_event(std::string_view study, const EventRow& event);
  base::Result<std::vector<EventRow>> events(std::string_view study);

 private:
  struct Database;
  explicit Journal(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace assay::store
