#include "cli/gguf_correction.h"

#include <fmt/core.h>

#include <cmath>
#include <cstdlib>

#include "base/text.h"

namespace assay::cli {
namespace {

using base::Json;
using gguf::Correction;
using gguf::EstimateRecord;

Json record_json(const EstimateRecord& record) {
  if (record.readings == 0) return {};
  return {{"readings", record.readings},
          {"error_median", record.error_median},
          {"error_worst", record.error_worst},
          {"error_bytes_median", record.error_bytes_median},
          {"error_bytes_worst", record.error_bytes_worst}};
}

std::string counted(std::size_t count) {
  return count == 1 ? "1 way of loading a model" : fmt::format("{} ways of loading a model", count);
}

std::string errors(const EstimateRecord& record) {
  return fmt::format("{:.1f}% ({}) at the median, {:.1f}% ({}) at worst", record.error_median * 100,
                     base::human_bytes(record.error_bytes_median), record.error_worst * 100,
                     base::human_bytes(record.error_bytes_worst));
}

std::string change_text(const Correction& correction) {
  const auto bytes = static_cast<std::uint64_t>(std::abs(correction.overhead_bytes));
  return fmt::format("compute × {:.2f}, output × {:.2f}, overhead {} {}", correction.compute_ratio,
                     correction.output_ratio, correction.overhead_bytes < 0 ? "−" : "+",
                     base::human_bytes(bytes));
}

std::string headline(const Correction& correction, std::string_view architecture) {
  if (correction.readings == 0) {
    return "none: no guest has run on this machine with this engine yet; studies teach it";
  }
  const std::string from =
      fmt::format("{}{}", counted(correction.readings),
                  correction.of_architecture ? fmt::format(", all {}", architecture) : "");
  if (correction.applied)
    return fmt::format("{}\n  learned from {} here", change_text(correction), from);
  if (correction.record.readings == 0) {
    return fmt::format("none: only {} ran here, and it takes two to tell", from);
  }
  return fmt::format("none: learned from {} here, it was no better than without", from);
}

}  // namespace

Json correction_json(const Correction& correction) {
  return {{"applied", correction.applied},
          {"readings", correction.readings},
          {"of_architecture", correction.of_architecture},
          {"compute_ratio", correction.compute_ratio},
          {"output_ratio", correction.output_ratio},
          {"overhead_bytes", correction.overhead_bytes},
          {"inexact", correction.inexact},
          {"record", record_json(correction.record)},
          {"plain", record_json(correction.plain)}};
}

std::string correction_text(const Correction& correction, std::string_view architecture) {
  std::string text = fmt::format("correction     {}\n", headline(correction, architecture));
  if (correction.record.readings > 0) {
    text += fmt::format("  its error    {}, over {}\n", errors(correction.record),
                        counted(correction.record.readings));
    text += fmt::format("  without it   {}\n", errors(correction.plain));
  }
  if (correction.inexact > 0) {
    text += fmt::format(
        "  warning      weights or caches were not as the formulas say for {}; the estimate has a "
        "defect\n",
        counted(correction.inexact));
  }
  return text;
}

}  // namespace assay::cli
