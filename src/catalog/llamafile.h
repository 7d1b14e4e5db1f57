// A llamafile is a program with a ZIP archive at its end, and the model lies in that archive
// uncompressed, so that it can be mapped. Format: PKWARE's APPNOTE.TXT, sections 4.3.6 to 4.3.16.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.h"
#include "gguf/header.h"

namespace assay::catalog {

/// Where the model lies inside the file.
struct ArchivedModel {
  std::string name;  ///< Of the archive's member.
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

/// The largest .gguf of the archive. BadInput when the file has no archive at its end, the archive
/// has no .gguf, or it is compressed; a damaged archive never leads outside the file. Reads at most
/// 17 MiB, whatever the counts inside claim.
base::Result<ArchivedModel> find_archived_model(const std::filesystem::path& file);

/// The model's header; errors as gguf::read_header().
base::Result<gguf::Header> read_archived_header(const std::filesystem::path& file,
                                                const ArchivedModel& model);

}  // namespace assay::catalog
