// Stands in for libFuzzer under compilers without it: runs the target on every file of a corpus
// folder and on the same mutations of them each time.
//
//   sse_fuzz tests/fuzz/corpus/sse
#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/random.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using assay::base::Random;

constexpr int kMutationsPerFile = 500;
constexpr int kEditsMax = 6;

std::size_t position_in(const std::string& bytes, Random& random) {
  return static_cast<std::size_t>(random.below(bytes.size() + 1));
}

/// One small change: a byte, a span removed or repeated, or a piece of another input put in.
void edit(std::string& bytes, const std::vector<std::string>& inputs, Random& random) {
  const std::size_t at = position_in(bytes, random);
  const std::size_t length = static_cast<std::size_t>(random.below(32)) + 1;
  switch (random.below(5)) {
    case 0:
      if (at < bytes.size()) bytes[at] = static_cast<char>(random.below(256));
      break;
    case 1:
      bytes.erase(at, length);
      break;
    case 2:
      bytes.insert(at, bytes.substr(at, length));
      break;
    case 3:
      bytes.resize(at);
      break;
    default: {
      const std::string& other = inputs[static_cast<std::size_t>(random.below(inputs.size()))];
      bytes.insert(at, other.substr(position_in(other, random), length));
      break;
    }
  }
}

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

std::vector<std::string> read_corpus(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<std::string> inputs;
  for (const auto& path : paths) {
    auto content = assay::base::read_file(path);
    if (content.has_value()) inputs.push_back(std::move(*content));
  }
  return inputs;
}

}  // namespace

int main(int argument_count, char** arguments) {
  const std::vector<std::string> inputs =
      argument_count == 2 ? read_corpus(arguments[1]) : std::vector<std::string>();
  if (inputs.empty()) {
    std::cerr << "expected one argument, a folder with at least one corpus file\n";
    return 2;
  }
  Random random(1);
  for (const std::string& input : inputs) {
    run(input);
    for (int i = 0; i < kMutationsPerFile; ++i) {
      std::string mutated = input;
      const auto edits = random.below(kEditsMax) + 1;
      for (std::uint64_t e = 0; e < edits; ++e) edit(mutated, inputs, random);
      run(mutated);
    }
  }
  std::cout << inputs.size() << " files and " << kMutationsPerFile << " mutations of each\n";
  return 0;
}
