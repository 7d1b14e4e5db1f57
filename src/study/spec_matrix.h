// The part of a study file that spans the matrix: [baseline], [factors], [[cell]] and [prompts].
// Called by parse_spec only.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/toml.h"
#include "study/spec.h"

namespace assay::study {

/// What a reader needs to name a place in the file and to find what it names.
struct SpecReader {
  std::string_view source;
  std::filesystem::path folder;
};

/// Fills baseline, factors, cells and prompts of `spec`, each in the order of the file.
base::Status read_matrix(const SpecReader& reader, const toml::table& document, StudySpec& spec);

}  // namespace assay::study
