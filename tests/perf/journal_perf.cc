// How many durable trials a second the journal takes, and how near that is to what the disk can do:
// in turns, a few 4 KiB writes that are each synchronised, and as many appended trials. The turns
// are short because disks change their pace from one second to the next.
//   journal_perf [FOLDER] [TRIALS]
#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "store/journal.h"

namespace {

using namespace assay;

constexpr int kTrialsPerTurn = 25;
constexpr std::size_t kPageBytes = 4096;
constexpr int kPages = 256;

template <typename Work>
double per_second(int count, Work work) {
  const base::MonotonicTime start = base::system_clock().now();
  for (int i = 0; i < count; ++i) {
    if (!work(i)) return 0;
  }
  return count / base::to_seconds(base::system_clock().now() - start);
}

/// A file whose blocks are on disk already, so that a synchronisation writes data and no metadata:
/// the least a durable commit can cost.
class SynchronisedFile {
 public:
  explicit SynchronisedFile(const std::filesystem::path& path)
      : path_(path), file_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) {
    for (int page = 0; page < kPages; ++page) write(page);
    ::fsync(file_);
  }
  ~SynchronisedFile() {
    ::close(file_);
    std::filesystem::remove(path_);
  }
  SynchronisedFile(const SynchronisedFile&) = delete;
  SynchronisedFile& operator=(const SynchronisedFile&) = delete;

  bool write_durably(int turn) { return write(turn % kPages) && ::fdatasync(file_) == 0; }

 private:
  bool write(int page) {
    return ::pwrite(file_, content_.data(), content_.size(),
                    static_cast<off_t>(page) * static_cast<off_t>(kPageBytes)) ==
           static_cast<ssize_t>(content_.size());
  }

  std::filesystem::path path_;
  int file_;
  std::string content_ = std::string(kPageBytes, 'a');
};

store::TrialRow trial(std::int64_t ordinal) {
  store::TrialRow row;
  row.ordinal = ordinal;
  row.model = "pebble-m";
  row.cell = "pebble-m/temperature=0.7";
  row.canary = fmt::format("extract-{:03}", ordinal % 40);
  row.repeat = ordinal % 3;
  row.seed = ordinal * 7919;
  row.outcome = "scored";
  row.score = static_cast<double>(ordinal % 2);
  row.finish_reason = "stop";
  row.prompt_tokens = 180;
  row.completion_tokens = 140;
  row.ttft_ms = 41.5;
  row.total_ms = 912.25;
  row.wall_ms = 915.5;
  row.tokens_per_s = 161.2;
  row.reply = std::string(600, 'r');
  row.detail =
      R"({"scorer":"normalized","expected":"42","found":"42","timings":{"prompt_ms":40.1}})";
  row.started_unix_ms = 1'767'225'600'000 + ordinal * 915;
  return row;
}

void print_quartiles(std::string_view figure, std::vector<double> values, int decimals) {
  std::sort(values.begin(), values.end());
  const std::size_t last = values.size() - 1;
  fmt::print("| {} | {:.{}f} | {:.{}f} | {:.{}f} |\n", figure, values[last / 4], decimals,
             values[last / 2], decimals, values[last * 3 / 4], decimals);
}

double trials_per_second(store::Journal& journal, std::int64_t first_ordinal) {
  return per_second(kTrialsPerTurn, [&](int turn) {
    const auto appended = journal.append_trial("perf", trial(first_ordinal + turn));
    if (!appended.has_value()) fmt::print(stderr, "{}\n", appended.error().to_string());
    return appended.has_value();
  });
}

int measure(store::Journal& journal, const std::filesystem::path& folder, int trials) {
  SynchronisedFile disk(folder / "synchronised.bin");
  std::vector<double> disk_rates;
  std::vector<double> trial_rates;
  std::vector<double> ratios;
  for (int ordinal = 0; ordinal < trials; ordinal += kTrialsPerTurn) {
    disk_rates.push_back(
        per_second(kTrialsPerTurn, [&](int turn) { return disk.write_durably(turn); }));
    trial_rates.push_back(trials_per_second(journal, ordinal));
    if (disk_rates.back() == 0 || trial_rates.back() == 0) return 1;
    ratios.push_back(trial_rates.back() / disk_rates.back());
  }
  fmt::print("{} trials in turns of {}\n\n", trials, kTrialsPerTurn);
  fmt::print("| figure | lower quartile | median | upper quartile |\n|:--|--:|--:|--:|\n");
  print_quartiles("fdatasync/s", disk_rates, 0);
  print_quartiles("durable trials/s", trial_rates, 0);
  print_quartiles("ratio", ratios, 2);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path parent =
      argc > 1 ? argv[1] : std::filesystem::absolute(argv[0]).parent_path();
  const int trials = argc > 2 ? std::stoi(argv[2]) : 5000;
  const std::filesystem::path folder = parent / fmt::format("journal_perf.{}", ::getpid());
  std::filesystem::create_directories(folder);
  int result = 1;
  {
    auto journal = store::Journal::open(folder / "journal.db");
    store::StudyRow study;
    study.id = "perf";
    study.state = "running";
    if (!journal.has_value()) {
      fmt::print(stderr, "{}\n", journal.error().to_string());
    } else if (const auto added = journal->add_study(study); !added.has_value()) {
      fmt::print(stderr, "{}\n", added.error().to_string());
    } else {
      result = measure(*journal, folder, trials);
    }
  }
  std::filesystem::remove_all(folder);
  return result;
}
