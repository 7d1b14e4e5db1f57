#include "base/hash.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "support/temporary_folder.h"

namespace assay::base {
namespace {

// FIPS 180-4 examples.
TEST(Sha256, AgreesWithThePublishedExamples) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_seed("abc"), 0xba7816bf8f01cfeaU);
}

TEST(Sha256, OfAFileEqualsThatOfItsBytes) {
  const test::TemporaryFolder folder;
  const std::string content(3'000'000, 'x');
  ASSERT_TRUE(write_file(folder.path() / "big", content).has_value());
  EXPECT_EQ(sha256_hex_of_file(folder.path() / "big").value(), sha256_hex(content));
  EXPECT_FALSE(sha256_hex_of_file(folder.path() / "absent").has_value());
}

}  // namespace
}  // namespace assay::base
