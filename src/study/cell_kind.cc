#include "study/cell_kind.h"

#include "base/check.h"

namespace assay::study {

std::string_view name_of(CellKind kind) {
  switch (kind) {
    case CellKind::Baseline:
      return "baseline";
    case CellKind::Level:
      return "level";
    case CellKind::Check:
      return "check";
    case CellKind::Combination:
      return "combination";
  }
  ASSAY_UNREACHABLE("every kind of cell has a name");
}

}  // namespace assay::study
