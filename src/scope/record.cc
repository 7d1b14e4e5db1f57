#include "scope/record.h"

#include <fmt/core.h>

#include <utility>

#include "base/hash.h"
#include "gguf/speed_json.h"
#include "host/topology.h"

namespace assay::scope {
namespace {

using base::Json;

constexpr int kFormat = 1;
constexpr std::size_t kIdDigits = 12;
constexpr double kBytesPerGigabyte = 1e9;

/// Writing costs at least as much as reading, and some processors write without reading first what
/// they overwrite; outside of these bounds one of the two was disturbed.
constexpr double kTriadShareMin = 0.3;
constexpr double kTriadShareMax = 1.5;
/// Passes on an idle machine lie within a few percent of each other.
constexpr double kMedianShareMin = 0.75;
/// Less than this was left to the threads only where something else ran beside them.
constexpr double kProcessorShareMin = 0.9;
constexpr double kRoofTolerance = 1.1;
constexpr std::uint64_t kArraysPerCache = 4;

std::string gigabytes(double bytes_per_s) {
  return fmt::format("{:.1f} GB/s", bytes_per_s / kBytesPerGigabyte);
}

void check_bandwidth(Measured& measured) {
  const host::Bandwidth& figures = measured.bandwidth.figures;
  const double share = figures.triad.best / figures.read.best;
  if (!(share >= kTriadShareMin && share <= kTriadShareMax)) {
    measured.warnings.push_back(fmt::format(
        "Streaming through memory at {} does not go with reading it at {}; measure again with "
        "nothing else running: assay scope --fresh",
        gigabytes(figures.triad.best), gigabytes(figures.read.best)));
  }
  if (figures.processor_share < kProcessorShareMin) {
    measured.warnings.push_back(fmt::format(
        "Other programs had the processors for {:.0f} % of the measurement, so the speeds are too "
        "low; measure again when the machine is idle: assay scope --fresh",
        100 * (1 - figures.processor_share)));
  }
  if (figures.read.median < kMedianShareMin * figures.read.best) {
    measured.warnings.push_back(fmt::format(
        "Half of the passes read at {} or less, the best at {}: something else used the memory; "
        "measure again when it is idle: assay scope --fresh",
        gigabytes(figures.read.median), gigabytes(figures.read.best)));
  }
  if (measured.bandwidth.array_bytes <
      kArraysPerCache * host::last_level_cache_bytes(measured.machine.caches)) {
    measured.warnings.push_back(
        "There was too little memory for arrays four times as large as the caches, so the "
        "bandwidth may be the caches' in part.");
  }
}

void check_engine(Measured& measured) {
  const double roof = measured.bandwidth.figures.read.best;
  for (gguf::TypeSpeed& type : measured.engine->speed.types) {
    if (type.decode_bytes_per_s <= kRoofTolerance * roof) continue;
    measured.warnings.push_back(
        fmt::format("{} weights were read at {} while generating, above the {} that this memory "
                    "gives: they came out of a cache; the memory's rate was kept.",
                    type.type, gigabytes(type.decode_bytes_per_s), gigabytes(roof)));
    type.decode_bytes_per_s = roof;
  }
}

Json bandwidth_json(const MeasuredBandwidth& bandwidth) {
  return {{"threads", bandwidth.threads},
          {"array_bytes", bandwidth.array_bytes},
          {"read_bytes_per_s", bandwidth.figures.read.best},
          {"read_bytes_per_s_median", bandwidth.figures.read.median},
          {"triad_bytes_per_s", bandwidth.figures.triad.best},
          {"triad_bytes_per_s_median", bandwidth.figures.triad.median},
          {"processor_share", bandwidth.figures.processor_share}};
}

Json disk_json(const std::optional<MeasuredDisk>& disk) {
  if (!disk) return {};
  return {{"read_bytes_per_s", disk->figures.bytes_per_s},
          {"bytes_read", disk->figures.bytes_read},
          {"path", disk->path.string()},
          {"temporary", disk->temporary},
          {"reading", host::name_of(disk->figures.reading)}};
}

Json engine_json(const std::optional<MeasuredEngine>& engine) {
  if (!engine) return {};
  return {{"version", engine->version}, {"speed", gguf::to_json(engine->speed)}};
}

base::Error not_a_record() {
  return base::bad_input("expected the record of a measured machine, found something else",
                         "measure again: assay scope --fresh");
}

}  // namespace

std::string scope_fingerprint(const host::MachineFacts& machine, std::string_view engine_version) {
  return fmt::format("{}; engine {}", machine.fingerprint(),
                     engine_version.empty() ? "none" : engine_version);
}

void check_readings(Measured& measured) {
  check_bandwidth(measured);
  if (measured.engine) check_engine(measured);
}

KnownScope make_record(const Measured& measured) {
  const std::string version = measured.engine ? measured.engine->version : "";
  Json record = {{"format", kFormat},
                 {"measured_unix_ms", measured.unix_ms},
                 {"fingerprint", scope_fingerprint(measured.machine, version)},
                 {"machine", measured.machine.to_json()},
                 {"bandwidth", bandwidth_json(measured.bandwidth)},
                 {"disk", disk_json(measured.disk)},
                 {"engine", engine_json(measured.engine)},
                 {"warnings", measured.warnings}};
  KnownScope known;
  known.id = base::sha256_hex(base::dump_json(record)).substr(0, kIdDigits);
  known.measured_unix_ms = measured.unix_ms;
  if (measured.engine) known.speed = measured.engine->speed;
  known.speed.read_bytes_per_s = measured.bandwidth.figures.read.best;
  known.speed.cache_bytes = host::last_level_cache_bytes(measured.machine.caches);
  known.record = {{"id", known.id}};
  known.record.update(record);
  return known;
}

base::Result<KnownScope> parse_record(std::string_view text) {
  ASSAY_TRY(Json record, base::parse_json(text));
  const auto id = base::string_member(record, "id");
  const auto measured_unix_ms = base::integer_member(record, "measured_unix_ms");
  const Json* bandwidth = base::find_member(record, "bandwidth");
  const auto read =
      bandwidth == nullptr ? std::nullopt : base::number_member(*bandwidth, "read_bytes_per_s");
  if (base::integer_member(record, "format") != kFormat || !id || !measured_unix_ms || !read ||
      !(*read > 0)) {
    return not_a_record();
  }
  KnownScope known{*id, *measured_unix_ms, {}, {}};
  const Json* engine = base::find_member(record, "engine");
  const Json* speed = engine == nullptr ? nullptr : base::find_member(*engine, "speed");
  if (speed != nullptr) {
    ASSAY_TRY(known.speed, gguf::machine_speed_from_json(*speed));
  }
  known.speed.read_bytes_per_s = *read;
  known.record = std::move(record);
  return known;
}

}  // namespace assay::scope
