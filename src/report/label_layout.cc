#include "report/label_layout.h"

#include <algorithm>
#include <cmath>

namespace assay::report {
namespace {

constexpr double kReachMin = 9;
constexpr double kReachMax = 150;
constexpr double kReachStep = 7;
constexpr int kDirections = 24;
constexpr double kPi = 3.14159265358979323846;

bool is_inside(const Box& box, const Box& bounds) {
  return box.x >= bounds.x && box.y >= bounds.y && box.x + box.width <= bounds.x + bounds.width &&
         box.y + box.height <= bounds.y + bounds.height;
}

bool is_free(const Box& box, const std::vector<Box>& taken) {
  return std::none_of(taken.begin(), taken.end(),
                      [&](const Box& other) { return overlap(box, other); });
}

/// The box whose nearest edge is `reach` away from the point in the given direction.
Box box_at(const LabelRequest& request, double reach, double angle) {
  const double x = request.x + std::cos(angle) * (reach + request.width / 2);
  const double y = request.y + std::sin(angle) * (reach + request.height / 2);
  return {x - request.width / 2, y - request.height / 2, request.width, request.height};
}

std::optional<Box> place(const LabelRequest& request, const std::vector<Box>& taken,
                         const Box& bounds) {
  for (double reach = kReachMin; reach <= kReachMax; reach += kReachStep) {
    for (int direction = 0; direction < kDirections; ++direction) {
      // Right, left, then ever steeper: names beside a point read best.
      const int turn = (direction + 1) / 2 * (direction % 2 == 0 ? 1 : -1);
      const double half = direction % 2 == 0 ? 0 : kPi;
      const double angle = half + turn * 2 * kPi / kDirections;
      const Box box = box_at(request, reach, angle);
      if (is_inside(box, bounds) && is_free(box, taken)) return box;
    }
  }
  return std::nullopt;
}

}  // namespace

bool overlap(const Box& left, const Box& right) {
  return left.x < right.x + right.width && right.x < left.x + left.width &&
         left.y < right.y + right.height && right.y < left.y + left.height;
}

std::vector<std::optional<Box>> place_labels(const std::vector<LabelRequest>& requests,
                                             const std::vector<Box>& obstacles, const Box& bounds) {
  std::vector<Box> taken = obstacles;
  std::vector<std::optional<Box>> placed;
  for (const LabelRequest& request : requests) {
    placed.push_back(place(request, taken, bounds));
    if (placed.back()) taken.push_back(*placed.back());
  }
  return placed;
}

}  // namespace assay::report
