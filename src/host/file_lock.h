// A lock between processes that the kernel drops when its holder ends, however it ends.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace assay::host {

class FileLock {
 public:
  /// Creates the file and its folders when missing. Does not wait: when another process holds it, a
  /// System error that says `held_message` and the holder's pid.
  static base::Result<FileLock> acquire(const std::filesystem::path& file,
                                        std::string_view held_message);
  ~FileLock();
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;

 private:
  explicit FileLock(int file) : file_(file) {}
  int file_;
};

}  // namespace assay::host
