#include <array>

#include "catalog/source.h"

namespace assay::catalog {
namespace {

/// The ones that name models as their users do come first.
constexpr std::array kSources{
    Source{"Ollama", find_in_ollama},
    Source{"LM Studio", find_in_lm_studio},
    Source{"Hugging Face", find_in_hugging_face},
    Source{"llama.cpp", find_in_llama_cache},
    Source{"GPT4All", find_in_gpt4all},
    Source{"Jan", find_in_jan},
    Source{"llamafile", find_llamafiles},
};

}  // namespace

std::span<const Source> sources() { return kSources; }

std::filesystem::path Surroundings::home() const {
  return std::filesystem::path(context.variable("HOME").value_or(""));
}

std::filesystem::path Surroundings::folder(std::string_view variable,
                                           std::string_view otherwise) const {
  if (const auto value = context.variable(variable)) return std::filesystem::path(*value);
  const std::filesystem::path start = home();
  return start.empty() ? start : start / otherwise;
}

}  // namespace assay::catalog
