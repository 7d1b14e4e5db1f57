#include "host/huge_pages.h"

#include "host/proc_file.h"

namespace assay::host {

HugePages parse_huge_pages(std::string_view meminfo, std::string_view transparent) {
  constexpr std::uint64_t kKibibyte = 1024;
  HugePages pages;
  pages.page_bytes = number_after(meminfo, "Hugepagesize").value_or(0) * kKibibyte;
  pages.total = number_after(meminfo, "HugePages_Total").value_or(0);
  pages.free = number_after(meminfo, "HugePages_Free").value_or(0);
  // "always [madvise] never": the brackets stand around what holds.
  const std::size_t open = transparent.find('[');
  const std::size_t close = transparent.find(']', open);
  if (open != std::string_view::npos && close != std::string_view::npos) {
    pages.transparent = transparent.substr(open + 1, close - open - 1);
  }
  return pages;
}

HugePages read_huge_pages() {
  return parse_huge_pages(
      read_kernel_file("/proc/meminfo").value_or(""),
      read_kernel_file("/sys/kernel/mm/transparent_hugepage/enabled").value_or(""));
}

}  // namespace assay::host
