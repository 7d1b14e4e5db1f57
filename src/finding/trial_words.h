// What an endpoint said about a trial that failed, for sentences that quote it.
#pragma once

#include <string>

#include "store/journal.h"

namespace assay::finding {

/// At most 160 characters; empty when the trial's detail has no words.
std::string words_about(const store::TrialRow& trial);

}  // namespace assay::finding
