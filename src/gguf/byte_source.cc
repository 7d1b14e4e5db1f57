#include "gguf/byte_source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

namespace assay::gguf {
namespace {

class File {
 public:
  explicit File(const std::filesystem::path& path)
      : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int number() const { return number_; }

  base::Result<std::string> read(std::uint64_t offset, std::uint64_t count) const {
    std::string bytes(count, '\0');
    std::size_t have = 0;
    while (have < count) {
      const ssize_t got =
          ::pread(number_, bytes.data() + have, count - have, static_cast<off_t>(offset + have));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return base::errno_error(errno, "read the model");
      if (got == 0) {
        return base::system_error(
            fmt::format("expected {} bytes at byte {}, the file ended after {}", count, offset,
                        have),
            "another program changed the file meanwhile; try again when it has finished");
      }
      have += static_cast<std::size_t>(got);
    }
    return bytes;
  }

 private:
  int number_;
};

}  // namespace

base::Result<ByteSource> open_file(const std::filesystem::path& path) {
  const auto file = std::make_shared<const File>(path);
  if (file->number() < 0) return base::errno_error(errno, "open the model", path.string());
  struct stat status {};
  if (::fstat(file->number(), &status) != 0) {
    return base::errno_error(errno, "look at the model", path.string());
  }
  if (!S_ISREG(status.st_mode)) {
    return base::bad_input("expected a GGUF model, found a folder or device",
                           "give the model file itself", path.string());
  }
  return ByteSource{
      path.string(), static_cast<std::uint64_t>(status.st_size),
      [file](std::uint64_t offset, std::uint64_t count) { return file->read(offset, count); }};
}

}  // namespace assay::gguf
