// Machines whose graphics processor uses the system's own memory, so that a model on it takes from
// the same pool as the system and every other program.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/graphics.h"

namespace assay::host {

/// What shares the memory ("NVIDIA GB10", "AMD Ryzen AI MAX+ 395 …"); empty on other machines and
/// where it cannot be told. `device_model` is the device tree's, empty where there is none.
std::string find_unified_memory(std::string_view cpu_model, std::string_view device_model,
                                const std::vector<GraphicsCard>& cards);

}  // namespace assay::host
