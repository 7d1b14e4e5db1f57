// An estimate for people, printed by `assay gguf estimate`.
#pragma once

#include "base/context.h"
#include "gguf/estimate_json.h"

namespace assay::cli {

void print_estimate(base::Context& context, const gguf::Estimate& estimate);

}  // namespace assay::cli
