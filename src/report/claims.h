// What a finding card claims, each claim with the command that derives its value from the journal
// again: SQL where the figure is a count, a mean or a median, so that nothing of assay has to be
// trusted; assay's own report for intervals, verdicts and the decision. Pure.
#pragma once

#include <string>
#include <vector>

#include "finding/finding.h"

namespace assay::report {

struct Claim {
  std::string id;        ///< "pebble-m/temperature=1.5 delta": unique in its card.
  std::string sentence;  ///< What a person reads.
  std::string path;      ///< JSON pointer into the card (docs/reference/card-json.md).
  std::string command;   ///< For a shell; prints the value on one line.
};

/// Decision first, then accuracy, difference and verdict of every cell, then what the baseline and
/// the recommended cell cost. `model` must be one of `finding.models`.
std::vector<Claim> claims_of(const finding::StudyFinding& finding,
                             const finding::ModelFinding& model);

/// A text as an SQL literal that needs no quoting in a shell either: 'abc', and CAST(x'…' AS TEXT)
/// for text with anything but letters, digits and plain punctuation in it.
std::string sql_literal(std::string_view text);

}  // namespace assay::report
