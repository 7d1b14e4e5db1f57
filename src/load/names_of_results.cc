#include "load/breakpoint.h"
#include "load/comparison.h"

namespace assay::load {

std::string_view name_of(StepOutcome outcome) {
  switch (outcome) {
    case StepOutcome::Holds:
      return "holds";
    case StepOutcome::Breaks:
      return "breaks";
    case StepOutcome::Open:
      break;
  }
  return "open";
}

std::string_view name_of(Change change) {
  switch (change) {
    case Change::Better:
      return "better";
    case Change::Worse:
      return "worse";
    case Change::Same:
      return "same";
    case Change::Inconclusive:
      break;
  }
  return "inconclusive";
}

}  // namespace assay::load
