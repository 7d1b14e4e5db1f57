#include "gguf/foreign.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace assay::gguf {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kConvert =
    "convert it with llama.cpp's convert_hf_to_gguf.py, or look for a GGUF of the same model";
constexpr std::string_view kOldGgml =
    "files from before August 2023 cannot be loaded any more; look for a GGUF of the same model";
constexpr std::string_view kDownloadAgain =
    "the download was an answer of the web site instead of the model; download it again";

struct Signature {
  std::string_view start;
  ForeignFormat format;
};

/// Compared with the file's first bytes, in this order.
constexpr std::array kSignatures{
    Signature{"lmgg"sv, {"a ggml file of 2023, GGUF's predecessor", kOldGgml}},
    Signature{"fmgg"sv, {"a ggmf file of 2023, GGUF's predecessor", kOldGgml}},
    Signature{"tjgg"sv, {"a ggjt file of 2023, GGUF's predecessor", kOldGgml}},
    Signature{"algg"sv, {"an old ggla adapter, not a model", kOldGgml}},
    Signature{"version https://git-lfs"sv,
              {"a Git LFS pointer instead of the model itself",
               "run `git lfs pull` in that repository, or download the file itself"}},
    Signature{"PK\x03\x04"sv, {"a ZIP archive (PyTorch checkpoints are)", kConvert}},
    Signature{"\x80\x02"sv, {"a Python pickle (an old PyTorch checkpoint)", kConvert}},
    Signature{"\x1F\x8B"sv, {"a gzip archive", "unpack it with gunzip first"}},
    Signature{"\x28\xB5\x2F\xFD"sv, {"a Zstandard archive", "unpack it with unzstd first"}},
    Signature{"\x89HDF"sv, {"an HDF5 file (Keras checkpoints are)", kConvert}},
    Signature{"\x7F"
              "ELF"sv,
              {"a program", "give the model file instead"}},
};

bool starts_with_any_case(std::string_view text, std::string_view start) {
  return text.size() >= start.size() &&
         std::equal(start.begin(), start.end(), text.begin(), [](char wanted, char found) {
           return wanted == (found >= 'A' && found <= 'Z' ? static_cast<char>(found + 32) : found);
         });
}

/// Eight bytes of length, then a JSON object.
bool is_safetensors(std::string_view bytes) {
  return bytes.size() > 9 && bytes[8] == '{' && (bytes[9] == '"' || bytes[9] == '}');
}

}  // namespace

ForeignFormat recognise_foreign(std::string_view bytes) {
  if (bytes.empty()) {
    return {"an empty file", "the download or copy failed; fetch the file again"};
  }
  for (const Signature& signature : kSignatures) {
    if (bytes.substr(0, signature.start.size()) == signature.start) return signature.format;
  }
  if (is_safetensors(bytes)) return {"a safetensors file", kConvert};
  const std::string_view text = base::trim(bytes);
  if (starts_with_any_case(text, "<!doctype html") || starts_with_any_case(text, "<html")) {
    return {"an HTML page", kDownloadAgain};
  }
  if (text.empty() || text.front() == '{') {
    return {"JSON or blank text", kDownloadAgain};
  }
  if (std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == '\0'; })) {
    return {"only zeros", "the download was reserved on disk but never finished; fetch it again"};
  }
  return {"an unknown format", "a model file must be GGUF: it begins with the letters GGUF"};
}

}  // namespace assay::gguf
