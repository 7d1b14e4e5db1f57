// What a guest is started with: the settings checked, then turned into a command line and into what
// the memory estimate needs to know. Pure functions.
#pragma once

#include "base/result.h"
#include "endpoint/guest.h"
#include "gguf/estimate.h"

namespace assay::endpoint {

/// BadInput for what the engine would refuse, or silently read as something else.
base::Status check_settings(const GuestSettings& settings);

gguf::LoadSettings load_settings(const GuestSettings& settings);

}  // namespace assay::endpoint
