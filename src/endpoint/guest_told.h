// What a llama-server says in its log about the settings it really runs with: asked and taken are
// not always the same. Called by guest. Pure; thread-safe.
#pragma once

#include <string_view>

#include "base/json.h"

namespace assay::endpoint {

/// The settings as the server names them, values as texts, from the lines it writes at verbosity 4
/// while it loads: {"n_ctx": "1024", "n_batch": "1024", "flash_attn": "auto", "n_threads": "1",
/// "n_threads_batch": "1", "cache_k": "f16", "cache_v": "f16", "n_slots": "1", "offloaded": "0/5",
/// "CPU KV buffer": "0.38 MiB", …}. What the log does not say is absent. Lines that are not of that
/// shape are ignored, however they look.
base::Json settings_told(std::string_view log);

}  // namespace assay::endpoint
