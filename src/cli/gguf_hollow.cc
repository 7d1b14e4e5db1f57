#include <fmt/format.h>

#include <limits>
#include <memory>
#include <ostream>

#include "base/json.h"
#include "base/text.h"
#include "cli/gguf_verbs.h"
#include "cli/model_source.h"
#include "gguf/hollow.h"
#include "gguf/model_table.h"

namespace assay::cli {
namespace {

struct HollowArguments {
  ModelArgument model;
  std::string out;
  std::string quantization;
  std::uint64_t embedding_rows = std::numeric_limits<std::uint64_t>::max();
  bool list = false;
  bool json = false;
};

bool is_file(const std::string& name) {
  std::error_code ignored;
  return name.find('/') != std::string::npos || name.ends_with(".gguf") ||
         std::filesystem::exists(name, ignored);
}

base::Error unknown_shape(const std::string& name) {
  const std::vector<std::string> known = gguf::known_shape_names();
  const auto nearest = base::nearest(name, known);
  return base::bad_input(
      fmt::format("expected a GGUF file, a URL or a known shape, found `{}`", name),
      fmt::format("{}`assay gguf hollow --list` names them all",
                  nearest ? fmt::format("did you mean `{}`? ", *nearest) : ""));
}

base::Result<gguf::HollowFile> write(base::Context& context, const HollowArguments& arguments) {
  const gguf::HollowOptions options{arguments.embedding_rows};
  const std::string& name = arguments.model.name;
  if (is_model_url(name) || is_file(name)) {
    if (!arguments.quantization.empty()) {
      return base::usage_error("--quantization is for shapes; a file has its own",
                               "leave it out, or name a shape: `assay gguf hollow --list`");
    }
    ASSAY_TRY(const gguf::ByteSource source, open_model(context, arguments.model));
    return gguf::write_hollow(source, arguments.out, options);
  }
  const auto shape = gguf::known_shape(name);
  if (!shape) return unknown_shape(name);
  const bool trained_small = shape->architecture == "gpt-oss";
  const std::string quantization = !arguments.quantization.empty() ? arguments.quantization
                                   : trained_small                 ? "MXFP4"
                                                                   : "Q4_K_M";
  return gguf::write_hollow(*shape, quantization, arguments.out, options);
}

base::Status list_shapes(base::Context& context, bool json) {
  const std::vector<std::string> names = gguf::known_shape_names();
  if (json) {
    context.out << base::dump_json({{"shapes", names}}) << '\n';
    return base::Done{};
  }
  for (const std::string& name : names) context.out << name << '\n';
  return base::Done{};
}

base::Status make_hollow(base::Context& context, const HollowArguments& arguments) {
  if (arguments.list) return list_shapes(context, arguments.json);
  if (arguments.model.name.empty() || arguments.out.empty()) {
    return base::usage_error("expected a model and the file to write",
                             "for example: assay gguf hollow qwen3-8b hollow.gguf");
  }
  ASSAY_TRY(const gguf::HollowFile file, write(context, arguments));
  if (arguments.json) {
    context.out << base::dump_json({{"path", arguments.out},
                                    {"file_bytes", file.file_bytes},
                                    {"disk_bytes", file.disk_bytes},
                                    {"filled_bytes", file.filled_bytes}})
                << '\n';
    return base::Done{};
  }
  context.out << fmt::format("{}: {} as the real model, {} on disk\n", arguments.out,
                             base::human_bytes(file.file_bytes),
                             base::human_bytes(file.disk_bytes));
  return base::Done{};
}

}  // namespace

void add_gguf_hollow(CLI::App& gguf, Action& chosen) {
  auto arguments = std::make_shared<HollowArguments>();
  CLI::App* command =
      add_command(gguf, "hollow",
                  "Make a model without its weights: true in memory and speed, meaningless in text",
                  "  assay gguf hollow qwen3-30b-a3b --quantization Q4_K_M hollow.gguf\n"
                  "  assay gguf hollow https://example.org/model.gguf hollow.gguf");
  add_model_argument(*command, arguments->model);
  command->get_option("model")
      ->required(false)
      ->description("A known shape, a GGUF file, or its http(s) address")
      ->type_name("SHAPE|FILE|URL");
  command->add_option("out", arguments->out, "The file to write; it must not exist")
      ->type_name("OUT.gguf");
  command
      ->add_option("--quantization", arguments->quantization,
                   "Of a shape: Q4_0, Q4_K_M, Q8_0, F16 … [Q4_K_M; MXFP4 for gpt-oss]")
      ->type_name("TYPE");
  command
      ->add_option("--embedding-rows", arguments->embedding_rows,
                   "Of a mixture of experts, fill so many rows of the embedding, so that tokens "
                   "spread over the experts; 0 fills nothing [all]")
      ->type_name("N");
  command->add_flag("--list", arguments->list, "Name the known shapes");
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return make_hollow(context, *arguments); };
  });
}

}  // namespace assay::cli
