// The order of the shortlist: one rule, written down once. Pure.
#pragma once

#include <string_view>
#include <vector>

#include "catalog/candidate.h"

namespace assay::catalog {

/// Slower than this nobody reads along; such models stand below all others of their kind.
constexpr double kPatientTps = 5;

/// The quantization floor for production.
constexpr double kFloorBits = 4;

/// Whether `left` stands above `right`. A strict weak order; the first difference decides:
///  1. kept before dropped;
///  2. the tier suits the task, then oversized, then undersized ones: too large is slow, too small
///     is wrong;
///  3. 4 bits and more before less;
///  4. at least kPatientTps predicted, or unknown, before slower ones;
///  5. made for the task, then for nothing special, then for another;
///  6. of easy tasks the faster (where the machine was not measured, the one that reads fewer bytes
///     per token), of hard ones the larger in effective parameters;
///  7. for hard tasks then the faster, for easy ones the larger;
///  8. downloaded before not; less memory; by name.
bool ranks_before(const Assessment& left, const Assessment& right, TaskKind task);

void rank(std::vector<Assessment>& assessments, TaskKind task);

}  // namespace assay::catalog
