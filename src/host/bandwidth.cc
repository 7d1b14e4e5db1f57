#include "host/bandwidth.h"

#include <sched.h>
#include <sys/mman.h>

#include <algorithm>
#include <atomic>
#include <barrier>
#include <cerrno>
#include <functional>
#include <system_error>
#include <thread>

#include "base/check.h"
#include "base/text.h"
#include "host/bandwidth_kernels.h"

namespace assay::host {
namespace {

using base::Done;
using base::Result;
using base::Status;

constexpr std::uint64_t kPageBytes = 4096;
constexpr double kFactor = 3;

/// Memory straight from the kernel, in large pages where it gives them, untouched until written.
class Block {
 public:
  static Result<Block> allocate(std::uint64_t bytes) {
    void* memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
      return base::errno_error(errno, "take " + base::human_bytes(bytes) + " of memory");
    }
    ::madvise(memory, bytes, MADV_HUGEPAGE);
    return Block(static_cast<double*>(memory), bytes);
  }
  ~Block() {
    if (values_ != nullptr) ::munmap(values_, bytes_);
  }
  Block(Block&& other) noexcept
      : values_(std::exchange(other.values_, nullptr)), bytes_(other.bytes_) {}
  Block& operator=(Block&&) = delete;

  double* values() const { return values_; }

 private:
  Block(double* values, std::uint64_t bytes) : values_(values), bytes_(bytes) {}
  double* values_;
  std::uint64_t bytes_;
};

/// Keeps the calling thread on one processor. Where that is refused the scheduler keeps it on
/// another one, which is as good on an idle machine.
void bind_to(int processor) {
  cpu_set_t only;
  CPU_ZERO(&only);
  CPU_SET(static_cast<std::size_t>(processor), &only);
  ::sched_setaffinity(0, sizeof(only), &only);
}

/// The elements of each array that one thread handles.
struct Slice {
  std::size_t begin = 0;
  std::size_t count = 0;
};

Slice slice_of(std::size_t thread, std::size_t threads, std::size_t elements) {
  const std::size_t lanes = elements / kLanes;
  const std::size_t begin = lanes * thread / threads;
  const std::size_t end = lanes * (thread + 1) / threads;
  return {begin * kLanes, (end - begin) * kLanes};
}

/// Runs work on every processor at once and says how long it took from the first start to the last
/// end.
class Team {
 public:
  using Work = std::function<void(const Slice&)>;

  Team(const BandwidthRequest& request, const base::Clock& clock, const base::Interrupt& interrupt)
      : processors_(request.processors),
        elements_(request.array_bytes / sizeof(double)),
        clock_(clock),
        interrupt_(interrupt) {}

  Result<double> time_s(const Work& work) const {
    if (interrupt_.requested()) {
      return base::Error{base::ErrorKind::Interrupted, "the measurement was interrupted",
                         "nothing was kept; run it again", ""};
    }
    const std::size_t count = processors_.size();
    std::vector<base::MonotonicTime> starts(count);
    std::vector<base::MonotonicTime> ends(count);
    std::barrier<> all_ready(static_cast<std::ptrdiff_t>(count));
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < count; ++i) {
      try {
        threads.emplace_back([this, i, count, &work, &starts, &ends, &all_ready] {
          bind_to(processors_[i]);
          all_ready.arrive_and_wait();
          starts[i] = clock_.now();
          work(slice_of(i, count, elements_));
          ends[i] = clock_.now();
        });
      } catch (const std::system_error& refused) {
        // Those that wait at the barrier are let go, so that they can be joined.
        for (; i < count; ++i) all_ready.arrive_and_drop();
        return base::errno_error(refused.code().value(), "start a thread on every core");
      }
    }
    threads.clear();
    return base::to_seconds(*std::max_element(ends.begin(), ends.end()) -
                            *std::min_element(starts.begin(), starts.end()));
  }

 private:
  std::vector<int> processors_;
  std::size_t elements_;
  const base::Clock& clock_;
  const base::Interrupt& interrupt_;
};

PassSpeeds speeds_of(std::vector<double> bytes_per_s) {
  std::sort(bytes_per_s.begin(), bytes_per_s.end());
  return {bytes_per_s.back(), bytes_per_s[bytes_per_s.size() / 2]};
}

}  // namespace

Result<Bandwidth> measure_bandwidth(const BandwidthRequest& request, const base::Clock& clock,
                                    const base::Interrupt& interrupt) {
  ASSAY_CHECK(!request.processors.empty(), "bandwidth without a processor");
  ASSAY_CHECK(request.array_bytes > 0 && request.array_bytes % kPageBytes == 0, "odd arrays");
  ASSAY_CHECK(request.passes > 0, "bandwidth without a pass");
  ASSAY_TRY(const Block block, Block::allocate(3 * request.array_bytes));
  double* const a = block.values();
  double* const b = a + request.array_bytes / sizeof(double);
  double* const c = b + request.array_bytes / sizeof(double);
  const Team team(request, clock, interrupt);
  ASSAY_TRY(const double touched_s, team.time_s([&](const Slice& slice) {
    fill(a + slice.begin, slice.count, 1);
    fill(b + slice.begin, slice.count, 2);
    fill(c + slice.begin, slice.count, 3);
  }));
  static_cast<void>(touched_s);
  const double moved_bytes = 3 * static_cast<double>(request.array_bytes);
  std::vector<double> read;
  std::vector<double> triads;
  std::atomic<double> seen = 0;  // What is added to it must have been read.
  for (int pass = 0; pass < request.passes; ++pass) {
    ASSAY_TRY(const double read_s, team.time_s([&](const Slice& slice) {
      seen += sum(a + slice.begin, slice.count) + sum(b + slice.begin, slice.count) +
              sum(c + slice.begin, slice.count);
    }));
    ASSAY_TRY(const double triad_s, team.time_s([&](const Slice& slice) {
      triad(a + slice.begin, b + slice.begin, c + slice.begin, kFactor, slice.count);
    }));
    read.push_back(moved_bytes / read_s);
    triads.push_back(moved_bytes / triad_s);
  }
  ASSAY_CHECK(seen > 0, "arrays of positive numbers were read");
  return Bandwidth{speeds_of(std::move(read)), speeds_of(std::move(triads))};
}

std::uint64_t bandwidth_array_bytes(std::uint64_t last_level_cache_bytes,
                                    std::uint64_t available_bytes) {
  constexpr std::uint64_t kBytesMin = std::uint64_t{128} << 20U;
  constexpr std::uint64_t kBytesMax = std::uint64_t{4} << 30U;
  const std::uint64_t wanted = std::clamp(4 * last_level_cache_bytes, kBytesMin, kBytesMax);
  const std::uint64_t bytes = std::min(wanted, available_bytes / 6);
  return std::max(bytes / kPageBytes, std::uint64_t{1}) * kPageBytes;
}

}  // namespace assay::host
