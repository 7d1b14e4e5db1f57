// Pages larger than the usual ones, which make reading large arrays cheaper for the processor.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assay::host {

struct HugePages {
  std::uint64_t page_bytes = 0;  ///< Of the default size; 0: the kernel has none.
  std::uint64_t total = 0;       ///< Pages set aside by hand: memory nothing else can use.
  std::uint64_t free = 0;
  /// What the kernel does by itself: "always", "madvise", "never"; empty: it does not say.
  std::string transparent;
};

HugePages read_huge_pages();

/// The same from the text of /proc/meminfo and /sys/kernel/mm/transparent_hugepage/enabled.
HugePages parse_huge_pages(std::string_view meminfo, std::string_view transparent);

}  // namespace assay::host
