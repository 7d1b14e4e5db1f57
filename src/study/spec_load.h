// The part of a study file that makes load what is measured: the table [load]. Internal to this
// room.
#pragma once

#include "base/result.h"
#include "base/toml_value.h"
#include "study/spec.h"
#include "study/spec_matrix.h"

namespace assay::study {

/// The table [load], when there is one.
base::Status read_load(const SpecReader& reader, const toml::table& document, StudySpec& spec);

/// Whether all else in the file goes with what is measured: BadInput for keys and factors that only
/// tasks have in a study of load, and the reverse. Called when all has been read.
base::Status check_load(const SpecReader& reader, const toml::table& document,
                        const StudySpec& spec);

}  // namespace assay::study
