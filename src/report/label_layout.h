// Where to write the names of points in a crowded chart: near the point, never over another name or
// a marker.
#pragma once

#include <optional>
#include <vector>

namespace assay::report {

struct Box {
  double x = 0;  ///< Left.
  double y = 0;  ///< Top.
  double width = 0;
  double height = 0;
};

bool overlap(const Box& left, const Box& right);

/// A name to be placed at a point.
struct LabelRequest {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

/// One box per request, in order; none where there was no room within reach. Earlier requests are
/// placed first and so nearest. Boxes stay inside `bounds` and off `obstacles`.
std::vector<std::optional<Box>> place_labels(const std::vector<LabelRequest>& requests,
                                             const std::vector<Box>& obstacles, const Box& bounds);

}  // namespace assay::report
