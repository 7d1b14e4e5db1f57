#include "base/file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <iterator>

#include "base/text.h"

namespace assay::base {
namespace {

Status write_all(int file, std::string_view content, const std::filesystem::path& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno_error(errno, "write the file", path.string());
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(file) != 0) return errno_error(errno, "write the file to disk", path.string());
  return Done{};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t bytes_max) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) {
    return bad_input("no such file", "check the path; it is relative to the current folder",
                     path.string());
  }
  if (std::filesystem::is_directory(status)) {
    return bad_input("expected a file, found a folder", "", path.string());
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return errno_error(errno, "read the file", path.string());
  std::string content;
  std::string piece(1 << 16, '\0');
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    content.append(piece, 0, static_cast<std::size_t>(file.gcount()));
    if (content.size() > bytes_max) {
      return bad_input(
          fmt::format("expected at most {}, the file is larger", human_bytes(bytes_max)), "",
          path.string());
    }
  }
  if (file.bad()) return system_error("cannot read the file to its end", "", path.string());
  return content;
}

Status write_file(const std::filesystem::path& path, std::string_view content) {
  std::error_code failure;
  if (path.has_parent_path()) {
    std::filesystem::create_directories(path.parent_path(), failure);
    if (failure)
      return errno_error(failure.value(), "create the folder", path.parent_path().string());
  }
  const std::filesystem::path temporary = path.string() + fmt::format(".{}.tmp", ::getpid());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return errno_error(errno, "create the file", temporary.string());
  Status written = write_all(file, content, path);
  ::close(file);
  if (!written.has_value()) {
    std::filesystem::remove(temporary, failure);
    return written;
  }
  std::filesystem::rename(temporary, path, failure);
  if (failure) return errno_error(failure.value(), "replace the file", path.string());
  return Done{};
}

}  // namespace assay::base
