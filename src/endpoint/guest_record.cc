#include "endpoint/guest_record.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

#include "base/file.h"
#include "base/json.h"
#include "endpoint/guest.h"

namespace assay::endpoint {
namespace {

namespace fs = std::filesystem;

std::optional<host::ProcessIdentity> identity_in(const base::Json& json,
                                                 const std::string& prefix) {
  const auto pid = base::integer_member(json, prefix + "pid");
  const auto ticks = base::integer_member(json, prefix + "start_ticks");
  if (!pid || !ticks || *pid <= 0 || *ticks < 0) return std::nullopt;
  return host::ProcessIdentity{static_cast<pid_t>(*pid), static_cast<std::uint64_t>(*ticks)};
}

bool is_record_name(const std::string& name) {
  return name.rfind("guest-", 0) == 0 && name.size() > 11 &&
         name.substr(name.size() - 5) == ".json";
}

enum class Finding { Stale, Owned, Gone };

Finding judge(const base::Json& record) {
  const auto guest = identity_in(record, "");
  if (!guest || !host::is_running(*guest)) return Finding::Gone;
  const auto owner = identity_in(record, "owner_");
  return owner && host::is_running(*owner) ? Finding::Owned : Finding::Stale;
}

}  // namespace

base::Status GuestRecord::write(const fs::path& run_folder, pid_t pid,
                                const std::vector<std::string>& command, std::uint16_t port) {
  remove();
  const auto guest = host::identify_process(pid);
  const auto owner = host::identify_process(::getpid());
  if (!guest || !owner) return base::Done{};
  const base::Json record{{"pid", guest->pid},
                          {"start_ticks", guest->start_ticks},
                          {"owner_pid", owner->pid},
                          {"owner_start_ticks", owner->start_ticks},
                          {"command", fmt::format("{}", fmt::join(command, " "))},
                          {"port", port}};
  const fs::path path = run_folder / fmt::format("guest-{}.json", pid);
  ASSAY_TRY_DONE(base::write_file(path, base::dump_json(record) + "\n"));
  path_ = path;
  return base::Done{};
}

void GuestRecord::remove() {
  if (path_.empty()) return;
  std::error_code ignored;
  fs::remove(path_, ignored);
  path_.clear();
}

std::vector<StaleGuest> find_stale_guests(const fs::path& run_folder) {
  std::vector<StaleGuest> stale;
  std::error_code failure;
  for (const fs::directory_entry& entry : fs::directory_iterator(run_folder, failure)) {
    if (!is_record_name(entry.path().filename().string())) continue;
    const auto text = base::read_file(entry.path());
    if (!text.has_value()) continue;
    const auto record = base::parse_json(*text);
    const Finding finding = record.has_value() ? judge(*record) : Finding::Gone;
    if (finding == Finding::Gone) fs::remove(entry.path(), failure);
    if (finding != Finding::Stale) continue;
    stale.push_back({static_cast<pid_t>(base::integer_member(*record, "pid").value_or(-1)),
                     base::string_member(*record, "command").value_or(""), entry.path()});
  }
  std::sort(stale.begin(), stale.end(),
            [](const StaleGuest& left, const StaleGuest& right) { return left.pid < right.pid; });
  return stale;
}

}  // namespace assay::endpoint
