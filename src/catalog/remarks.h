// What speaks against a candidate: what rules it out, and what to bear in mind. Pure; called by
// assess().
#pragma once

#include <string>
#include <vector>

#include "catalog/candidate.h"
#include "gguf/header.h"

namespace assay::catalog {

/// The first thing that rules `model` out, for people; empty for none. `header` is its header.
std::string why_dropped(const Assessment& model, const gguf::Header& header, const Wish& wish);

/// What to bear in mind of `model`, a line each.
std::vector<std::string> notes_on(const Assessment& model, const Wish& wish);

}  // namespace assay::catalog
