// Planning, running and resuming: the part of `assay study` that starts models.
#pragma once

#include <string>
#include <vector>

#include "base/context.h"
#include "base/result.h"
#include "study/plan.h"

namespace assay::cli {

/// Options that `plan`, `run` and `resume` share.
struct StudyArguments {
  std::string target;               ///< A study file, or an id for resume.
  std::vector<std::string> models;  ///< --models, each a folder, file or URL#model.
  std::string key_env;
  bool allow_single = false;
  bool fixed = false;
  bool yes = false;
  std::vector<std::string> fail_on;
  bool json = false;
};

base::Status plan_study(base::Context& context, const StudyArguments& arguments);
base::Status run_study(base::Context& context, const StudyArguments& arguments);
base::Status resume_study(base::Context& context, const StudyArguments& arguments);

}  // namespace assay::cli
