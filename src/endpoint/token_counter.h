// Counts tokens by the endpoint's own tokenizer, for prompts of an exact length. Called while a
// load test is planned, some thousand times a second where the server is near.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/context.h"
#include "base/result.h"
#include "endpoint/chat.h"

namespace assay::endpoint {

/// Copies share one connection. Not thread-safe. Blocks.
class TokenCounter {
 public:
  /// Finds out how the server wants to be asked, by trying: POST /tokenize beside the versioned
  /// paths, with {"content"} as llama-server takes it, else with {"model", "prompt"} as vLLM and
  /// SGLang do. BadInput when it answers neither, or the address or the key is malformed;
  /// Unreachable when it does not answer. `timeout` is that of each count; `interrupt` may be null.
  static base::Result<TokenCounter> open(const Address& address,
                                         base::Nanoseconds timeout = std::chrono::seconds(10),
                                         const base::Interrupt* interrupt = nullptr);

  /// The tokens of the text alone, without those that mark the start of a prompt or come from a
  /// chat template. Usable as load::CountTokens.
  base::Result<std::int64_t> operator()(const std::string& text) const;

  /// "llama-server" or "vLLM".
  std::string_view dialect() const;

 private:
  struct Session;
  explicit TokenCounter(std::shared_ptr<Session> session);
  std::shared_ptr<Session> session_;
};

}  // namespace assay::endpoint
