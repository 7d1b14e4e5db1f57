// Graphics cards by NVIDIA's management library, which is loaded only where it is installed.
#pragma once

#include <string>
#include <vector>

namespace assay::host {

/// "NVIDIA H200 (140.4 GiB)", one per card; empty without the library, a driver or a card.
std::vector<std::string> read_graphics_cards();

}  // namespace assay::host
