// Writes a shell script that a test runs in a program's place.
#pragma once

#include <filesystem>
#include <fstream>
#include <string_view>

namespace assay::test {

/// `body` follows the first line; missing folders are made. Executable for its owner.
inline void write_program(const std::filesystem::path& path, std::string_view body) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
  std::filesystem::permissions(path, std::filesystem::perms::owner_all);
}

}  // namespace assay::test
