// The readers against real shared libraries that stand in for the makers' own.
#include "host/graphics.h"

#include <gmock/gmock.h>

#include <fstream>

#include "host/unified_memory.h"
#include "support/temporary_folder.h"

namespace assay::host {
namespace {

const std::filesystem::path kFolder = ASSAY_TEST_GRAPHICS;

TEST(Graphics, ReadsNvidiaCardsAndWhatEachTells) {
  const auto cards = read_graphics_cards(kFolder / "nvml");
  ASSERT_EQ(cards.size(), 3U);
  EXPECT_EQ(cards[0].name, "NVIDIA H200");
  EXPECT_EQ(cards[0].memory_total_bytes, 150'754'820'096U);
  EXPECT_EQ(cards[0].memory_free_bytes, 150'000'000'000U);
  EXPECT_EQ(cards[0].driver, "580.65.06");
  EXPECT_EQ(cards[0].power_limit_w, 700.0);
  EXPECT_EQ(cards[0].busy_percent, 37);
  EXPECT_EQ(cards[0].power_w, 123.5);
  EXPECT_EQ(cards[1].power_w, -1);
  EXPECT_EQ(cards[0].describe(), "NVIDIA H200 (140 GiB)");
}

TEST(Graphics, LeavesOutWhatACardDoesNotTell) {
  const auto cards = read_graphics_cards(kFolder / "nvml");
  ASSERT_EQ(cards.size(), 3U);
  EXPECT_EQ(cards[1].describe(), "NVIDIA GB10");
  EXPECT_EQ(cards[1].memory_total_bytes, 0U);
  EXPECT_TRUE(cards[1].to_json()["power_limit_w"].is_null());
  EXPECT_TRUE(cards[1].to_json()["busy_percent"].is_null());
  EXPECT_EQ(cards[2].describe(), "unnamed NVIDIA card");
}

TEST(Graphics, ReadsAmdCards) {
  const auto cards = read_graphics_cards(kFolder / "rocm_smi");
  ASSERT_EQ(cards.size(), 1U);
  EXPECT_EQ(cards[0].describe(), "AMD Radeon PRO W7900 (45.0 GiB)");
  EXPECT_EQ(cards[0].memory_free_bytes, 48'000'000'000U);
  EXPECT_EQ(cards[0].driver, "6.12.12");
  EXPECT_EQ(cards[0].power_limit_w, 241.0);
  EXPECT_EQ(cards[0].power_w, 88.0);
  EXPECT_EQ(cards[0].busy_percent, -1) << "this library has no such function";
}

TEST(Graphics, AreReadAgainAndAgainInASession) {
  for (const char* maker : {"nvml", "rocm_smi"}) {
    const GraphicsSession session(kFolder / maker);
    const std::size_t cards = read_graphics_cards(kFolder / maker).size();
    EXPECT_GT(cards, 0U);
    EXPECT_EQ(read_graphics_cards(kFolder / maker).size(), cards);
  }
  const test::TemporaryFolder without;
  const GraphicsSession nothing(without.path());
}

TEST(Graphics, AreNoneWithoutAUsableLibrary) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(read_graphics_cards(folder.path()).empty());
  std::ofstream(folder.path() / "libnvidia-ml.so.1") << "not a library";
  EXPECT_TRUE(read_graphics_cards(folder.path()).empty());
}

GraphicsCard card(std::string name) {
  GraphicsCard made;
  made.name = std::move(name);
  return made;
}

TEST(UnifiedMemory, IsToldByTheNamesOfMachines) {
  EXPECT_EQ(find_unified_memory("", "", {card("NVIDIA GB10")}), "NVIDIA GB10");
  EXPECT_EQ(find_unified_memory("", "NVIDIA Jetson AGX Orin Developer Kit", {}),
            "NVIDIA Jetson AGX Orin Developer Kit");
  EXPECT_EQ(find_unified_memory("", "Apple MacBook Pro (14-inch, M1 Pro, 2021)", {}),
            "Apple MacBook Pro (14-inch, M1 Pro, 2021)");
  const std::string strix = "AMD RYZEN AI MAX+ 395 w/ Radeon 8060S";
  EXPECT_EQ(find_unified_memory(strix, "", {}), strix);
  EXPECT_EQ(find_unified_memory("", "", {card("AMD Radeon 8060S Graphics")}),
            "AMD Radeon 8060S Graphics");
}

TEST(UnifiedMemory, IsNotClaimedOfCardsWithTheirOwn) {
  EXPECT_EQ(find_unified_memory("Intel(R) Xeon(R) Processor", "",
                                {card("NVIDIA H200"), card("NVIDIA GH200 480GB")}),
            "");
  EXPECT_EQ(find_unified_memory("AMD Ryzen 9 7950X", "Raspberry Pi 5", {}), "");
}

}  // namespace
}  // namespace assay::host
