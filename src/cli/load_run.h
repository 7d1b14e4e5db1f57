// Running a load test and looking at finished ones: the work behind `assay load`.
#pragma once

#include <string>

#include "base/context.h"
#include "base/result.h"
#include "load/analysis.h"
#include "load/comparison.h"
#include "load/scenario.h"

namespace assay::cli {

/// Files are written besides what goes to stdout; empty: not.
struct LoadOutputs {
  bool json = false;  ///< The JSON on stdout in place of the table.
  std::string html;
  std::string junit;
  std::string csv;             ///< One row a request; of several targets those of the first.
  std::string itl_convention;  ///< load::find_itl_convention() knows it.
};

/// What `--url` and its like put in place of the scenario's own targets.
struct LoadTargetFlags {
  std::string url;
  std::string model;
  std::string key_env;
};

struct LoadShowFlags {
  std::string id = "latest";
  std::string format = "text";
  std::string out;
  std::string itl_convention;  ///< As above; for the formats text and json.
};

struct LoadCompareFlags {
  std::string before;
  std::string after;
  double margin_percent = 5;
  bool json = false;
};

/// The scenario's targets, or the one that the flags name. BadInput when there is none.
base::Status choose_targets(const LoadTargetFlags& flags, load::Scenario& scenario);

/// Runs every target, keeps the raw records under the home, prints and writes what was asked for.
/// An error where the run is not all it should be: ServerFailed, ClientLimited, GateFailed (a
/// threshold was missed) or Inconclusive, in this order.
base::Status run_load(base::Context& context, const load::Scenario& scenario,
                      const LoadOutputs& outputs);

base::Status show_load(base::Context& context, const LoadShowFlags& flags);
base::Status list_loads(base::Context& context, bool json);
base::Status compare_loads(base::Context& context, const LoadCompareFlags& flags);

}  // namespace assay::cli
