#include "store/machine_store.h"

#include <utility>

#include "store/open_database.h"
#include "store/rows.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSchema = R"sql(CREATE TABLE scope (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  fingerprint TEXT NOT NULL,
  measured_unix_ms INTEGER NOT NULL,
  record TEXT NOT NULL CHECK (json_valid(record))
) STRICT;

CREATE INDEX scope_of_machine ON scope (fingerprint, measured_unix_ms);

CREATE TABLE guest_memory (
  number INTEGER PRIMARY KEY,
  unix_ms INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  engine TEXT NOT NULL,
  architecture TEXT NOT NULL,
  model TEXT NOT NULL,
  settings TEXT NOT NULL CHECK (json_valid(settings)),
  predicted TEXT NOT NULL CHECK (json_valid(predicted)),
  actual TEXT NOT NULL CHECK (json_valid(actual))
) STRICT;

CREATE INDEX guest_memory_of_machine ON guest_memory (fingerprint, number);
)sql";

/// "asmc" in ASCII.
constexpr DatabaseKind kMachineStore{
    "machine store", "point XDG_CACHE_HOME at", kSchema, 0x61736d63, 1, 0};

constexpr std::chrono::seconds kLockWaitMax{5};

constexpr std::string_view kInsertScope =
    "INSERT INTO scope (id, fingerprint, measured_unix_ms, record) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (id) DO NOTHING";
constexpr std::string_view kNewestScope =
    "SELECT id, fingerprint, measured_unix_ms, record FROM scope WHERE fingerprint = ? "
    "ORDER BY measured_unix_ms DESC, number DESC LIMIT 1";
constexpr std::string_view kSelectScope =
    "SELECT id, fingerprint, measured_unix_ms, record FROM scope WHERE id = ?";
constexpr std::string_view kInsertGuestMemory =
    "INSERT INTO guest_memory (unix_ms, fingerprint, engine, architecture, model, settings, "
    "predicted, actual) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";
constexpr std::string_view kSelectGuestMemory =
    "SELECT unix_ms, fingerprint, engine, architecture, model, settings, predicted, actual "
    "FROM guest_memory WHERE fingerprint = ? ORDER BY number";

constexpr std::string_view kReading = "read the machine store";

ScopeRow scope_of(const Statement& row) {
  return {row.text(0), row.text(1), row.integer(2), row.text(3)};
}

GuestMemoryRow guest_memory_of(const Statement& row) {
  return {row.integer(0), row.text(1), row.text(2), row.text(3),
          row.text(4),    row.text(5), row.text(6), row.text(7)};
}

}  // namespace

struct MachineStore::Database {
  Connection connection;
  Statement insert_scope;
  Statement newest_scope;
  Statement select_scope;
  Statement insert_guest_memory;
  Statement select_guest_memory;
};

MachineStore::MachineStore(std::unique_ptr<Database> database) : database_(std::move(database)) {}
MachineStore::~MachineStore() = default;
MachineStore::MachineStore(MachineStore&&) noexcept = default;
MachineStore& MachineStore::operator=(MachineStore&&) noexcept = default;

base::Result<MachineStore> MachineStore::open(const fs::path& file) {
  ASSAY_TRY(Connection connection, open_database(file, kMachineStore, kLockWaitMax));
  ASSAY_TRY(Statement insert_scope, connection.prepare(kInsertScope));
  ASSAY_TRY(Statement newest_scope, connection.prepare(kNewestScope));
  ASSAY_TRY(Statement select_scope, connection.prepare(kSelectScope));
  ASSAY_TRY(Statement insert_guest_memory, connection.prepare(kInsertGuestMemory));
  ASSAY_TRY(Statement select_guest_memory, connection.prepare(kSelectGuestMemory));
  return MachineStore(std::unique_ptr<Database>(new Database{
      std::move(connection), std::move(insert_scope), std::move(newest_scope),
      std::move(select_scope), std::move(insert_guest_memory), std::move(select_guest_memory)}));
}

base::Status MachineStore::add_scope(const ScopeRow& scope) {
  return database_->insert_scope.bind(scope.id)
      .bind(scope.fingerprint)
      .bind(scope.measured_unix_ms)
      .bind(scope.record)
      .run("keep the measurement");
}

base::Result<std::optional<ScopeRow>> MachineStore::newest_scope(std::string_view fingerprint) {
  return first_row_of(database_->newest_scope.bind(fingerprint), kReading, scope_of);
}

base::Result<std::optional<ScopeRow>> MachineStore::scope(std::string_view id) {
  return first_row_of(database_->select_scope.bind(id), kReading, scope_of);
}

base::Status MachineStore::append_guest_memory(const GuestMemoryRow& row) {
  Statement& statement = database_->insert_guest_memory;
  statement.bind(row.unix_ms).bind(row.fingerprint).bind(row.engine).bind(row.architecture);
  statement.bind(row.model).bind(row.settings).bind(row.predicted).bind(row.actual);
  return statement.run("keep what the guest held");
}

base::Result<std::vector<GuestMemoryRow>> MachineStore::guest_memory(std::string_view fingerprint) {
  return rows_of(database_->select_guest_memory.bind(fingerprint), kReading, guest_memory_of);
}

fs::path machine_store_file(const base::Context& context) {
  constexpr std::string_view kFile = "machine.db";
  if (const auto cache = context.variable("XDG_CACHE_HOME")) {
    return fs::path(*cache) / "assay" / kFile;
  }
  if (const auto home = context.variable("HOME")) {
    return fs::path(*home) / ".cache" / "assay" / kFile;
  }
  return context.home / kFile;
}

}  // namespace assay::store
