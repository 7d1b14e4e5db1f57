// The tensors of a model by its shape: what each architecture's layers consist of. header_of()
// gives them their types afterwards.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "gguf/shape.h"

namespace assay::gguf {

/// Names and dimensions; type, offset and bytes are 0. In the order that llama-quantize writes
/// them: those of no layer first, then layer by layer, by name. BadInput as header_of().
base::Result<std::vector<Tensor>> tensors_of(const ModelShape& shape);

}  // namespace assay::gguf
