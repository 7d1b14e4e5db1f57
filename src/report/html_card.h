// One model's finding card as HTML, and the pieces that the page around it shares.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"
#include "report/card.h"

namespace assay::report {

/// A bulleted list of sentences; empty without any.
std::string html_list(const std::vector<std::string>& sentences);

std::string html_facts(const std::vector<Fact>& facts);

/// A whole <section>.
std::string html_card(const finding::StudyFinding& finding, const finding::ModelFinding& model);

}  // namespace assay::report
