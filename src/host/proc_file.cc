#include "host/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "base/text.h"

namespace assay::host {

std::optional<std::string> read_kernel_file(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return std::nullopt;
  std::string text;
  std::array<char, 16384> piece{};
  ssize_t count = 0;
  while ((count = ::read(file, piece.data(), piece.size())) != 0) {
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) break;
    text.append(piece.data(), static_cast<std::size_t>(count));
  }
  ::close(file);
  if (count < 0) return std::nullopt;
  return text;
}

std::optional<std::uint64_t> read_kernel_number(const std::filesystem::path& path) {
  const auto text = read_kernel_file(path);
  return text ? parse_number(*text) : std::nullopt;
}

base::Status write_kernel_file(const std::filesystem::path& path, std::string_view value) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return base::errno_error(errno, "open the kernel's file", path.string());
  const ssize_t written = ::write(file, value.data(), value.size());
  const int failure = errno;
  ::close(file);
  if (written < 0) return base::errno_error(failure, "set the kernel's value", path.string());
  return base::Done{};
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key) {
  for (std::string_view line : base::split_lines(text)) {
    if (line.size() <= key.size() || line.substr(0, key.size()) != key) continue;
    const char after = line[key.size()];
    if (after != ':' && after != ' ' && after != '\t') continue;
    const std::string_view rest = base::trim(line.substr(key.size() + 1));
    return parse_number(rest.substr(0, rest.find(' ')));
  }
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  const std::string_view digits = base::trim(text);
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (failure != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

}  // namespace assay::host
