#include "host/processes.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <algorithm>

#include "base/file.h"
#include "host/listening.h"
#include "host/process.h"
#include "support/temporary_folder.h"

namespace assay::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// A folder laid out as /proc.
class ProcessesTest : public testing::Test {
 protected:
  void write(const std::string& path, std::string_view text) const {
    ASSERT_TRUE(base::write_file(proc() / path, text).has_value());
  }

  void add_process(int pid, const std::string& name, int resident_kib, int proportional_kib) const {
    const std::string folder = std::to_string(pid) + "/";
    write(folder + "comm", name + "\n");
    write(folder + "cmdline", "/usr/bin/" + name + std::string(1, '\0') + "serve");
    write(folder + "status", "Name:\tx\nVmRSS:\t" + std::to_string(resident_kib) + " kB\n");
    if (proportional_kib < 0) return;
    write(folder + "smaps_rollup", "0-f ---p 00000000 00:00 0 [rollup]\nRss: 1 kB\nPss:  " +
                                       std::to_string(proportional_kib) + " kB\nPss_Anon: 3 kB\n");
  }

  const std::filesystem::path& proc() const { return folder_.path(); }

  test::TemporaryFolder folder_;
};

TEST_F(ProcessesTest, OrdersHoldersByWhatTheyReallyHold) {
  add_process(900001, "sharer", 5000, 1000);
  add_process(900002, "ollama", 4000, 3900);
  add_process(900003, "foreign", 3000, -1);
  add_process(900004, "small", 10, 10);
  write("900005/comm", "kernel thread\n");
  write("900005/status", "Name:\tx\n");
  write("meminfo", "MemTotal: 1 kB\n");
  const auto holders = find_memory_holders(3, proc());
  ASSERT_THAT(holders, SizeIs(3));
  EXPECT_EQ(holders[0].program.name, "ollama");
  EXPECT_EQ(holders[0].bytes, 3900U * 1024);
  EXPECT_TRUE(holders[0].proportional);
  EXPECT_THAT(holders[0].program.command, ElementsAre("/usr/bin/ollama", "serve"));
  EXPECT_EQ(holders[1].program.name, "foreign");
  EXPECT_EQ(holders[1].bytes, 3000U * 1024);
  EXPECT_FALSE(holders[1].proportional);
  EXPECT_EQ(holders[2].program.pid, 900001);
}

TEST_F(ProcessesTest, MakesNamesThatOthersChoseHarmless) {
  write("900001/comm", "a\x1b[31mb\n");
  write("900001/cmdline", std::string("x\ny") + '\0' + std::string(9000, 'z'));
  const auto program = read_program(900001, proc());
  ASSERT_TRUE(program.has_value());
  EXPECT_EQ(program->name, "a?[31mb");
  EXPECT_EQ(program->command.front(), "x?y");
  EXPECT_LT(program->command.back().size(), 4097U);
  EXPECT_EQ(read_program(900002, proc()), std::nullopt);
}

TEST_F(ProcessesTest, FindsWhoListens) {
  write("net/tcp",
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid inode\n"
        "   0: 0100007F:2CAA 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 555 1\n"
        "   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 777 1\n"
        "   2: 0100007F:0050 0100007F:C001 01 00000000:00000000 00:00000000 00000000  0  0 666 1\n"
        "   3: nonsense\n   4: 0100007F:ZZZZ a 0A b c d e f g\n");
  write("net/tcp6", "   0: 00000000000000000000000001000000:2CAA 0:0 0A 0:0 00:0 0  0  0 556 1\n");
  add_process(900001, "ollama", 10, 10);
  std::filesystem::create_directories(proc() / "900001/fd");
  std::filesystem::create_symlink("socket:[555]", proc() / "900001/fd/3");
  std::filesystem::create_symlink("socket:[556]", proc() / "900001/fd/4");
  std::filesystem::create_symlink("/dev/null", proc() / "900001/fd/5");
  const auto ports = read_listening_ports(proc());
  ASSERT_THAT(ports, SizeIs(2));
  EXPECT_EQ(ports[0].port, 8080);
  EXPECT_EQ(ports[0].pid, 0);
  EXPECT_FALSE(ports[0].loopback_only);
  EXPECT_EQ(ports[1].port, 11434);
  EXPECT_EQ(ports[1].pid, 900001);
  EXPECT_TRUE(ports[1].loopback_only);
}

TEST_F(ProcessesTest, AreNoneWhereNothingCanBeRead) {
  EXPECT_THAT(find_memory_holders(3, proc() / "missing"), IsEmpty());
  EXPECT_THAT(read_listening_ports(proc() / "missing"), IsEmpty());
}

TEST(Processes, OfThisMachineAreReadByTheRealKernel) {
  constexpr std::uint64_t kMebibyte = std::uint64_t{1} << 20U;
  ProcessRequest request;
  request.command = {ASSAY_TEST_HOG, "hold", "64", "sleep"};
  auto hog = Process::start(request);
  ASSERT_TRUE(hog.has_value()) << hog.error().to_string();
  const auto pids = list_processes();
  EXPECT_NE(std::find(pids.begin(), pids.end(), hog->pid()), pids.end());
  const auto program = read_program(hog->pid());
  ASSERT_TRUE(program.has_value());
  EXPECT_EQ(program->name, "hog");
  EXPECT_THAT(program->command, ElementsAre(ASSAY_TEST_HOG, "hold", "64", "sleep"));
  for (const MemoryHolder& holder : find_memory_holders(5)) {
    EXPECT_NE(holder.program.pid, ::getpid());
    EXPECT_GT(holder.bytes, 0U);
    EXPECT_LT(holder.bytes, kMebibyte * kMebibyte);
  }
}

}  // namespace
}  // namespace assay::host
