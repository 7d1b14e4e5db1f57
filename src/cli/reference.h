// The reference pages that are generated from where things are declared: verbs, factors, exit
// codes. A test compares them with docs/reference and rewrites them under ASSAY_ACCEPT=1.
#pragma once

#include <string>
#include <vector>

namespace assay::cli {

struct ReferencePage {
  std::string file;  ///< In docs/reference.
  std::string content;
};

std::vector<ReferencePage> reference_pages();

}  // namespace assay::cli
