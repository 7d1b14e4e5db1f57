// What assay has measured on this machine, shared by all studies of its user: scopes, and what
// guests really held in memory. A SQLite database of its own beside the engine cache, since it
// outlives every study folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/context.h"
#include "base/result.h"

namespace assay::store {

/// One measurement of the machine.
struct ScopeRow {
  std::string id;           ///< Short hash of the record.
  std::string fingerprint;  ///< What the machine was when it was measured.
  std::int64_t measured_unix_ms = 0;
  std::string record;  ///< JSON, as `assay scope --json` prints it.
};

/// One start of a guest: what was predicted for it and what it held.
struct GuestMemoryRow {
  std::int64_t unix_ms = 0;
  std::string fingerprint;   ///< Of the machine.
  std::string engine;        ///< Its version line.
  std::string architecture;  ///< general.architecture.
  std::string model;         ///< File name.
  std::string settings;      ///< JSON of the load settings.
  std::string predicted;     ///< JSON object: bytes by component.
  std::string actual;        ///< JSON object: bytes by component, "resident" included.
};

/// Not thread-safe; other processes may read and write at the same time. Errors as Journal's.
class MachineStore {
 public:
  static base::Result<MachineStore> open(const std::filesystem::path& file);
  ~MachineStore();
  MachineStore(MachineStore&&) noexcept;
  MachineStore& operator=(MachineStore&&) noexcept;

  /// Does nothing when the id is there already.
  base::Status add_scope(const ScopeRow& scope);
  /// The newest with that fingerprint.
  base::Result<std::optional<ScopeRow>> newest_scope(std::string_view fingerprint);
  base::Result<std::optional<ScopeRow>> scope(std::string_view id);

  base::Status append_guest_memory(const GuestMemoryRow& row);
  /// Of machines with that fingerprint, oldest first.
  base::Result<std::vector<GuestMemoryRow>> guest_memory(std::string_view fingerprint);

 private:
  struct Database;
  explicit MachineStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

/// $XDG_CACHE_HOME/assay/machine.db, else ~/.cache/assay/machine.db, else under context.home.
std::filesystem::path machine_store_file(const base::Context& context);

}  // namespace assay::store
