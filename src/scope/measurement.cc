#include "scope/measurement.h"

#include <fmt/core.h>

#include <algorithm>
#include <ostream>
#include <utility>

#include "base/text.h"
#include "host/topology.h"
#include "scope/record.h"
#include "store/machine_store.h"

namespace assay::scope {
namespace {

namespace fs = std::filesystem;
using base::Done;
using base::Result;
using base::Status;

constexpr double kBytesPerGigabyte = 1e9;
constexpr std::uint64_t kTemporaryFileBytes = std::uint64_t{256} << 20U;

/// One measurement of a machine from its first step to its last.
class Measurement {
 public:
  Measurement(const base::Context& context, const MeasureRequest& request)
      : context_(context), request_(request) {}

  Result<Measured> run() {
    measured_.machine = host::read_machine(context_.home);
    ASSAY_TRY_DONE(measure_bandwidth());
    ASSAY_TRY_DONE(measure_disk());
    if (request_.engine) ASSAY_TRY_DONE(measure_engine());
    if (context_.interrupt.requested()) return interrupted();
    measured_.unix_ms = context_.clock.wall_unix_ms();
    check_readings(measured_);
    return std::move(measured_);
  }

 private:
  static base::Error interrupted() {
    return {base::ErrorKind::Interrupted, "the measurement was interrupted",
            "nothing was kept; run it again", ""};
  }

  void begin(std::string_view what) const {
    context_.err << fmt::format("measuring  {:<52} ", what) << std::flush;
  }
  void end(const std::string& result) const { context_.err << result << '\n'; }

  Status measure_bandwidth() {
    const host::Topology topology = host::read_topology();
    MeasuredBandwidth& bandwidth = measured_.bandwidth;
    bandwidth.threads = static_cast<int>(topology.processors.size());
    bandwidth.array_bytes = request_.array_bytes;
    if (bandwidth.array_bytes == 0) {
      bandwidth.array_bytes = host::bandwidth_array_bytes(
          host::last_level_cache_bytes(topology.caches), measured_.machine.memory.available);
    }
    begin(fmt::format("memory, {} threads over {}", bandwidth.threads,
                      base::human_bytes(3 * bandwidth.array_bytes)));
    auto figures = host::measure_bandwidth({topology.processors, bandwidth.array_bytes},
                                           context_.clock, context_.interrupt);
    if (!figures.has_value()) return fail(std::move(figures).error());
    bandwidth.figures = *figures;
    end(fmt::format("{:.1f} GB/s", figures->read.best / kBytesPerGigabyte));
    return Done{};
  }

  Status measure_disk() {
    MeasuredDisk disk{request_.model_file, request_.model_file.empty(), {}};
    if (disk.temporary) {
      std::error_code failure;
      fs::create_directories(context_.home, failure);
      disk.path = context_.home;
      begin(fmt::format("disk, a temporary file of {}", base::human_bytes(kTemporaryFileBytes)));
    } else {
      begin("disk, " + disk.path.filename().string());
    }
    auto figures = disk.temporary
                       ? host::measure_folder(disk.path, kTemporaryFileBytes, {}, context_.clock,
                                              context_.interrupt)
                       : host::measure_file(disk.path, {}, context_.clock, context_.interrupt);
    if (!figures.has_value()) return fail_or_warn("The disk", std::move(figures).error());
    disk.figures = *figures;
    measured_.disk = std::move(disk);
    end(fmt::format("{:.1f} GB/s", figures->bytes_per_s / kBytesPerGigabyte));
    return Done{};
  }

  Status measure_engine() {
    EngineSpeedRequest request;
    request.folder = store::machine_store_file(context_).parent_path() / "hollow";
    request.read_bytes_per_s = measured_.bandwidth.figures.read.best;
    request.cache_bytes = host::last_level_cache_bytes(measured_.machine.caches);
    request.memory_bytes = memory_for_models();
    request.progress = [this](std::string_view what, int done, int steps) {
      context_.err << fmt::format("measuring  engine, step {} of {}: {}\n",
                                  std::min(done + 1, steps), steps, what)
                   << std::flush;
    };
    auto speed = request_.measure_engine(context_, *request_.engine, request);
    if (!speed.has_value()) return fail_or_warn("The engine", std::move(speed).error());
    measured_.engine = MeasuredEngine{request_.engine->version, std::move(*speed)};
    return Done{};
  }

  Status fail(base::Error error) const {
    end("failed");
    return error;
  }

  /// What is missing does not make the rest worthless, unless the person wants to stop.
  Status fail_or_warn(std::string_view what, base::Error error) {
    if (error.kind == base::ErrorKind::Interrupted) return fail(std::move(error));
    end("skipped");
    error.hint.clear();
    measured_.warnings.push_back(
        fmt::format("{} could not be measured: {}", what, error.to_string()));
    return Done{};
  }

  const base::Context& context_;
  const MeasureRequest& request_;
  Measured measured_;
};

}  // namespace

Result<KnownScope> measure(const base::Context& context, const MeasureRequest& request) {
  ASSAY_TRY(const Measured measured, Measurement(context, request).run());
  KnownScope known = make_record(measured);
  ASSAY_TRY(store::MachineStore store,
            store::MachineStore::open(store::machine_store_file(context)));
  ASSAY_TRY_DONE(store.add_scope({known.id, *base::string_member(known.record, "fingerprint"),
                                  known.measured_unix_ms, base::dump_json(known.record)}));
  return known;
}

}  // namespace assay::scope
