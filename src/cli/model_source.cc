#include "cli/model_source.h"

#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "base/text.h"
#include "net/range_reader.h"

namespace assay::cli {
namespace {

constexpr auto kPatience = std::chrono::seconds(2);

/// Says on stderr, at most every two seconds, how far the reading of a distant header is.
class Progress {
 public:
  Progress(base::Context& context, std::string name)
      : context_(context), name_(std::move(name)), said_(context.clock.now()) {}

  void saw(std::uint64_t received_bytes) {
    if (context_.clock.now() - said_ < kPatience) return;
    said_ = context_.clock.now();
    context_.err << fmt::format("reading the header of {}: {} so far\n", name_,
                                base::human_bytes(received_bytes))
                 << std::flush;
  }

 private:
  base::Context& context_;
  std::string name_;
  base::MonotonicTime said_;
};

base::Result<gguf::ByteSource> open_url(base::Context& context, const std::string& url,
                                        const std::string& authorization) {
  net::RangeOptions options;
  options.authorization = authorization;
  options.interrupt = &context.interrupt;
  const auto progress = std::make_shared<Progress>(context, url);
  ASSAY_TRY(net::RangeReader opened, net::RangeReader::open(url, std::move(options)));
  const auto reader = std::make_shared<net::RangeReader>(std::move(opened));
  return gguf::ByteSource{url, reader->bytes(),
                          [reader, progress](std::uint64_t offset, std::uint64_t count) {
                            auto bytes = reader->read(offset, count);
                            progress->saw(reader->received_bytes());
                            return bytes;
                          }};
}

base::Result<std::string> authorization_of(const base::Context& context,
                                           const ModelArgument& model) {
  if (model.token_variable.empty()) return std::string();
  const auto token = context.variable(model.token_variable);
  if (!token) {
    return base::usage_error(
        fmt::format("expected a token in the environment variable {}, found none",
                    model.token_variable),
        fmt::format("set it, for example: export {}=…", model.token_variable));
  }
  if (token->find_first_of("\r\n") != std::string::npos) {
    return base::usage_error(fmt::format("expected one line in {}", model.token_variable));
  }
  return "Bearer " + *token;
}

base::Result<gguf::ByteSource> open_name(base::Context& context, const std::string& name,
                                         const std::string& authorization) {
  return is_model_url(name) ? open_url(context, name, authorization) : gguf::open_file(name);
}

}  // namespace

void add_model_argument(CLI::App& command, ModelArgument& model) {
  command
      .add_option("model", model.name,
                  "A GGUF file or its http(s) address; of a split model the first file")
      ->required()
      ->type_name("FILE|URL");
  command
      .add_option("--token-variable", model.token_variable,
                  "Environment variable whose value is sent to the URL as a bearer token")
      ->type_name("NAME");
}

bool is_model_url(std::string_view name) {
  return name.starts_with("http://") || name.starts_with("https://");
}

base::Result<gguf::ByteSource> open_model(base::Context& context, const ModelArgument& model) {
  ASSAY_TRY(const std::string authorization, authorization_of(context, model));
  return open_name(context, model.name, authorization);
}

base::Result<gguf::Header> read_model(base::Context& context, const ModelArgument& model) {
  ASSAY_TRY(const std::string authorization, authorization_of(context, model));
  ASSAY_TRY(const gguf::ByteSource source, open_name(context, model.name, authorization));
  return gguf::read_header(
      source, [&](const std::string& name) { return open_name(context, name, authorization); });
}

}  // namespace assay::cli
