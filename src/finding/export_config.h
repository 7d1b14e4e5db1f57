// The decision as a configuration that can be deployed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "finding/finding.h"

namespace assay::finding {

enum class ExportFormat { LlamaServer, OpenAi };

/// "llama-server" or "openai"; anything else is a Usage error naming both.
base::Result<ExportFormat> parse_export_format(std::string_view name);

/// llama-server: a shell script that starts the server with the measured settings, sampling
/// defaults included, its header naming study, cell and accuracy. openai: a JSON request body with
/// the measured fields and an example message. BadInput when no decision was made.
base::Result<std::string> export_config(const StudyFinding& finding, ExportFormat format);

}  // namespace assay::finding
