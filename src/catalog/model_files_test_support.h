// For tests: small model files, and a home folder that programs have put models into.
#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "base/context.h"
#include "catalog/source.h"
#include "support/gguf_builder.h"
#include "support/outside.h"
#include "support/temporary_folder.h"

namespace assay::catalog {

/// A file of 128 bytes of F32 weights for the architecture.
inline std::string model_bytes(const std::string& architecture = "llama",
                               const std::string& type = "model") {
  test::GgufBuilder builder;
  builder.text("general.architecture", architecture).text("general.type", type);
  builder.tensor("blk.0.ffn_up.weight", {32}, 0, 128);
  return builder.file();
}

inline void write(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A machine whose root and home are temporary folders.
class SomebodysMachine {
 public:
  explicit SomebodysMachine(std::map<std::string, std::string, std::less<>> variables = {})
      : outside_(with_home(std::move(variables), root_.path() / "home")) {}

  std::filesystem::path root() const { return root_.path(); }
  std::filesystem::path home() const { return root_.path() / "home"; }
  Surroundings surroundings() const { return {outside_.context(), root_.path()}; }

 private:
  static std::map<std::string, std::string, std::less<>> with_home(
      std::map<std::string, std::string, std::less<>> variables,
      const std::filesystem::path& home) {
    variables["HOME"] = home.string();
    return variables;
  }

  test::TemporaryFolder root_;
  test::Outside outside_;
};

}  // namespace assay::catalog
