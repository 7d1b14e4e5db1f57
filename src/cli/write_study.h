// Turns the head of a shortlist into a study file: the models, cases for the kind of task, and the
// settings to begin with as factors that the study tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "catalog/candidate.h"

namespace assay::cli {

struct StudyRequest {
  std::filesystem::path file;  ///< To be written; must not exist.
  std::filesystem::path pack;  ///< Cases of the user's; empty: those shipped for the kind of task.
  std::filesystem::path shipped_packs;  ///< examples/packs of the checkout.
};

/// What was written, for a note to the user.
struct WrittenStudy {
  std::vector<std::string> models;
  bool cases_suit = true;  ///< False: no shipped cases are about this kind of task.
};

/// Takes the first three kept models that are files an engine loads. BadInput when there are none,
/// when the file exists, or when there are no cases.
base::Result<WrittenStudy> write_study(const StudyRequest& request,
                                       const std::vector<catalog::Assessment>& ranked,
                                       const catalog::Wish& wish);

}  // namespace assay::cli
