#include "cli/gguf_verbs.h"

namespace assay::cli {

void add_gguf(CLI::App& app, Action& chosen) {
  CLI::App* gguf = add_command(app, "gguf", "Look into model files, here or at a URL",
                               "  assay gguf show models/tiny-q8_0.gguf");
  gguf->require_subcommand(1);
  add_gguf_show(*gguf, chosen);
  add_gguf_estimate(*gguf, chosen);
  add_gguf_hollow(*gguf, chosen);
}

}  // namespace assay::cli
