// How fast a file comes off the disk when nothing of it is in memory yet: what a first load of a
// model is bound by.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "base/clock.h"
#include "base/context.h"
#include "base/result.h"

namespace assay::host {

/// How the page cache was kept out of it, best first.
enum class DiskReading {
  Direct,   ///< The file was read past the cache (O_DIRECT).
  Dropped,  ///< The file system allows no such reading; the kernel was asked to drop its pages.
  Memory,   ///< The file system lives in memory: there is no disk below.
};
std::string_view name_of(DiskReading reading);

struct DiskSpeed {
  double bytes_per_s = 0;
  std::uint64_t bytes_read = 0;
  DiskReading reading = DiskReading::Direct;
};

/// Whichever comes first ends the reading; looked at between reads of 8 MiB.
struct DiskLimits {
  std::uint64_t bytes_max = std::uint64_t{1} << 30U;
  base::Nanoseconds duration_max = std::chrono::seconds(2);
};

/// Reads an existing file from its start, one thread, in order. BadInput when it cannot be opened
/// or is shorter than 1 MiB, System when reading fails, Interrupted between reads.
base::Result<DiskSpeed> measure_file(const std::filesystem::path& file, const DiskLimits& limits,
                                     const base::Clock& clock, const base::Interrupt& interrupt);

/// The same with a file of `bytes` that is written to `folder`, which must exist, and never has a
/// name there, so that nothing can be left behind.
base::Result<DiskSpeed> measure_folder(const std::filesystem::path& folder, std::uint64_t bytes,
                                       const DiskLimits& limits, const base::Clock& clock,
                                       const base::Interrupt& interrupt);

/// Whether the file's blocks are all on the disk: holes are read without it.
bool is_wholly_on_disk(const std::filesystem::path& file);

}  // namespace assay::host
