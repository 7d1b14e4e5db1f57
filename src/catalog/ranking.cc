#include "catalog/ranking.h"

#include <algorithm>
#include <tuple>

namespace assay::catalog {
namespace {

/// Lower is faster.
double slowness(const Assessment& model) {
  const double tps = model.speed.decode_tps_at_depth.value;
  return tps > 0 ? 1 / tps : static_cast<double>(model.bytes_per_token);
}

bool is_patient(const Assessment& model) {
  const double tps = model.speed.decode_tps_at_depth.value;
  return tps > 0 && tps < kPatientTps;
}

/// Compared member by member; smaller stands above.
auto key_of(const Assessment& model, TaskKind task) {
  const double size = -model.effective_billion;
  const double first = is_easy(task) ? slowness(model) : size;
  const double second = is_easy(task) ? size : slowness(model);
  return std::tuple(!model.kept(), model.suit, model.bits < kFloorBits, is_patient(model),
                    -model.aptitude, first, second, model.path.empty(), model.need.total(),
                    std::string_view(model.model));
}

}  // namespace

bool ranks_before(const Assessment& left, const Assessment& right, TaskKind task) {
  return key_of(left, task) < key_of(right, task);
}

void rank(std::vector<Assessment>& assessments, TaskKind task) {
  std::stable_sort(assessments.begin(), assessments.end(),
                   [task](const Assessment& left, const Assessment& right) {
                     return ranks_before(left, right, task);
                   });
}

}  // namespace assay::catalog
