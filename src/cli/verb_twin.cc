#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "base/file.h"
#include "cli/verb.h"
#include "endpoint/twin.h"
#include "net/runtime.h"

namespace assay::cli {
namespace {

constexpr auto kInterruptInterval = std::chrono::milliseconds(50);

struct TwinArguments {
  std::string script;
  std::uint16_t port = 0;
  std::string port_file;
};

net::Task<void> until_interrupted(const base::Interrupt& interrupt) {
  while (!interrupt.requested()) co_await net::sleep_for(kInterruptInterval);
}

base::Status serve_twin(base::Context& context, const TwinArguments& arguments) {
  ASSAY_TRY(const std::string text, base::read_file(arguments.script));
  ASSAY_TRY(auto script, endpoint::parse_twin_script(text, arguments.script));
  net::Runtime runtime;
  endpoint::Twin twin(runtime, std::move(script));
  ASSAY_TRY(const std::uint16_t port, twin.listen("127.0.0.1", arguments.port));
  context.err << fmt::format("twin listens on http://127.0.0.1:{}/v1\n", port) << std::flush;
  if (!arguments.port_file.empty()) {
    ASSAY_TRY_DONE(base::write_file(arguments.port_file, fmt::format("{}\n", port)));
  }
  runtime.run(until_interrupted(context.interrupt));
  return base::Done{};
}

}  // namespace

void add_twin(CLI::App& app, Action& chosen) {
  auto arguments = std::make_shared<TwinArguments>();
  CLI::App* command =
      add_command(app, "twin", "Serve a scripted OpenAI-compatible endpoint, for tests and demos",
                  "  assay twin --script examples/twins/steady.toml --port 8099\n"
                  "  curl http://127.0.0.1:8099/v1/models");
  command->add_option("--script", arguments->script, "The twin's script (TOML)")
      ->required()
      ->type_name("FILE");
  command->add_option("--port", arguments->port, "Loopback port; 0 takes any free one")
      ->type_name("N")
      ->capture_default_str();
  command->add_option("--port-file", arguments->port_file, "Write the port there once it listens")
      ->type_name("FILE");
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return serve_twin(context, *arguments); };
  });
}

}  // namespace assay::cli
