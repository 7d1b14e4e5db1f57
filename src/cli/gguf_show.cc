#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <ostream>

#include "base/json.h"
#include "base/text.h"
#include "cli/gguf_verbs.h"
#include "cli/model_source.h"
#include "gguf/header_json.h"
#include "gguf/parameters.h"
#include "gguf/quantization.h"

namespace assay::cli {
namespace {

using gguf::Header;
using gguf::Tensor;

constexpr std::size_t kValueColumns = 80;

struct ShowArguments {
  ModelArgument model;
  bool tensors = false;
  bool metadata = false;
  bool json = false;
};

std::string type_name(std::uint32_t type) {
  const gguf::TensorType* row = gguf::find_tensor_type(type);
  return row != nullptr ? std::string(row->name) : fmt::format("type {}", type);
}

/// "8.03 B", "494 M".
std::string human_count(std::uint64_t count) {
  const auto value = static_cast<double>(count);
  if (value >= 1e9) return fmt::format("{:.2f} B", value / 1e9);
  if (value >= 1e6) return fmt::format("{:.1f} M", value / 1e6);
  return fmt::format("{}", count);
}

/// What a value on one line looks like; arrays by their first elements.
std::string brief(const gguf::Value& value) {
  const base::Json json = gguf::value_json(value);
  const std::string text = json.is_string() ? json.get<std::string>() : base::dump_json(json);
  std::string line = text.substr(0, text.find('\n'));
  // What a file says may not steer the terminal.
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  const auto* array = std::get_if<gguf::Array>(&value);
  if (array == nullptr || array->length <= 8) return base::ellipsize(line, kValueColumns);
  return fmt::format("{} elements: {}", array->length, base::ellipsize(line, kValueColumns - 20));
}

std::string safe(std::string_view text) { return brief(gguf::Value(std::string(text))); }

/// A line of the summary; nothing for a figure that the file does not say.
void print_fact(base::Context& context, std::string_view name, const std::string& value) {
  if (!value.empty()) context.out << fmt::format("{:<14}{}\n", name, value);
}

std::string said(const Header& header, std::string_view key) {
  const auto architecture = header.text("general.architecture");
  if (!architecture) return "";
  const auto found = header.metadata.find(fmt::format("{}.{}", *architecture, key));
  return found == header.metadata.end() ? "" : brief(found->second);
}

std::string heads(const Header& header) {
  const std::string queries = said(header, "attention.head_count");
  const std::string keys = said(header, "attention.head_count_kv");
  return queries.empty() || keys.empty() ? queries
                                         : fmt::format("{}, {} of keys and values", queries, keys);
}

std::string experts(const Header& header) {
  const std::string all = said(header, "expert_count");
  const std::string used = said(header, "expert_used_count");
  return all.empty() || all == "0" ? "" : fmt::format("{}, {} used per token", all, used);
}

std::string parameters(const Header& header) {
  const gguf::ParameterCount count = gguf::count_parameters(header);
  const std::string total = human_count(count.total);
  return experts(header).empty()
             ? total
             : fmt::format("{}, {} per token", total, human_count(count.active));
}

/// Count and bytes of each tensor type, the one with most bytes first.
void print_types(base::Context& context, const Header& header) {
  struct Sum {
    std::string type;
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;
  };
  std::map<std::uint32_t, Sum> by_type;
  for (const Tensor& tensor : header.tensors) {
    Sum& sum = by_type[tensor.type];
    sum.type = type_name(tensor.type);
    ++sum.count;
    sum.bytes = gguf::saturating_add(sum.bytes, tensor.bytes);
  }
  std::vector<Sum> sums;
  for (const auto& [type, sum] : by_type) sums.push_back(sum);
  std::stable_sort(sums.begin(), sums.end(),
                   [](const Sum& left, const Sum& right) { return left.bytes > right.bytes; });
  for (const Sum& sum : sums) {
    context.out << fmt::format("  {:<10}{:>7} tensors {:>12}\n", sum.type, sum.count,
                               base::human_bytes(sum.bytes));
  }
}

void print_summary(base::Context& context, const Header& header) {
  print_fact(context, "name", safe(header.text("general.name").value_or("")));
  print_fact(context, "architecture", safe(header.text("general.architecture").value_or("")));
  print_fact(context, "parameters", parameters(header));
  print_fact(context, "quantization", header.quantization());
  print_fact(context, "context", said(header, "context_length"));
  print_fact(context, "layers", said(header, "block_count"));
  print_fact(context, "embedding", said(header, "embedding_length"));
  print_fact(context, "heads", heads(header));
  print_fact(context, "window", said(header, "attention.sliding_window"));
  print_fact(context, "experts", experts(header));
  const auto tokens = header.metadata.find("tokenizer.ggml.tokens");
  if (tokens != header.metadata.end()) {
    const auto* array = std::get_if<gguf::Array>(&tokens->second);
    if (array != nullptr) print_fact(context, "vocabulary", fmt::format("{}", array->length));
  }
  print_fact(context, "size",
             fmt::format("{}, {} of weights", base::human_bytes(header.file_bytes),
                         base::human_bytes(header.weight_bytes())));
  print_fact(context, "tensors", fmt::format("{}", header.tensors.size()));
  print_types(context, header);
}

void print_metadata(base::Context& context, const Header& header) {
  std::size_t width = 0;
  for (const auto& [key, value] : header.metadata) {
    width = std::max(width, base::display_width(safe(key)));
  }
  for (const auto& [key, value] : header.metadata) {
    context.out << fmt::format("{:<{}}  {}\n", safe(key), width, brief(value));
  }
}

void print_tensors(base::Context& context, const Header& header) {
  std::size_t width = 0;
  for (const Tensor& tensor : header.tensors) {
    width = std::max(width, base::display_width(safe(tensor.name)));
  }
  for (const Tensor& tensor : header.tensors) {
    context.out << fmt::format("{:<{}}  {:<8} {:>11}  {}\n", safe(tensor.name), width,
                               type_name(tensor.type), base::human_bytes(tensor.bytes),
                               fmt::join(tensor.dimensions, " × "));
  }
}

base::Status show(base::Context& context, const ShowArguments& arguments) {
  ASSAY_TRY(const Header header, read_model(context, arguments.model));
  if (arguments.json) {
    context.out << base::dump_json(gguf::header_json(header)) << '\n';
    return base::Done{};
  }
  if (!arguments.metadata && !arguments.tensors) print_summary(context, header);
  if (arguments.metadata) print_metadata(context, header);
  if (arguments.metadata && arguments.tensors) context.out << '\n';
  if (arguments.tensors) print_tensors(context, header);
  return base::Done{};
}

}  // namespace

void add_gguf_show(CLI::App& gguf, Action& chosen) {
  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* command =
      add_command(gguf, "show", "What a model file holds, from its header alone",
                  "  assay gguf show models/tiny-q8_0.gguf --tensors\n"
                  "  assay gguf show https://example.org/model-00001-of-00003.gguf --json");
  add_model_argument(*command, arguments->model);
  command->add_flag("--metadata", arguments->metadata, "Every key and value");
  command->add_flag("--tensors", arguments->tensors, "Every tensor: type, size, dimensions");
  add_json_flag(*command, arguments->json);
  command->callback([arguments, &chosen] {
    chosen = [arguments](base::Context& context) { return show(context, *arguments); };
  });
}

}  // namespace assay::cli
