#include "gguf/shape.h"

#include <gmock/gmock.h>

#include "gguf/known_shapes.h"
#include "gguf/quantization.h"

namespace assay::gguf {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

Header known_header(std::string_view name, std::string_view quantization) {
  const auto shape = known_shape(name);
  EXPECT_TRUE(shape.has_value()) << name;
  auto header = header_of(*shape, quantization);
  EXPECT_TRUE(header.has_value()) << header.error().to_string();
  return std::move(*header);
}

double gib(std::uint64_t bytes) { return static_cast<double>(bytes) / 1024 / 1024 / 1024; }

struct Published {
  std::string_view shape;
  std::string_view quantization;
  double size_gib;
};

class PublishedSize : public testing::TestWithParam<Published> {};

TEST_P(PublishedSize, IsReached) {
  const Header header = known_header(GetParam().shape, GetParam().quantization);
  EXPECT_THAT(gib(header.weight_bytes()), DoubleNear(GetParam().size_gib, 0.006));
}

/// llama.cpp's tools/quantize/README.md (Llama 3.1 8B), and load logs of published files.
INSTANTIATE_TEST_SUITE_P(Models, PublishedSize,
                         testing::Values(Published{"llama-3.1-8b", "Q4_K_M", 4.58},
                                         Published{"llama-3.1-8b", "Q4_K_S", 4.36},
                                         Published{"llama-3.1-8b", "Q5_K_M", 5.33},
                                         Published{"llama-3.1-8b", "Q6_K", 6.14},
                                         Published{"llama-3.1-8b", "Q8_0", 7.95},
                                         Published{"llama-3.1-8b", "F16", 14.96},
                                         Published{"qwen3-30b-a3b", "Q4_K_M", 17.28},
                                         Published{"gpt-oss-20b", "MXFP4", 11.27}));

TEST(Shape, EveryKnownModelHasAHeaderInEveryQuantization) {
  for (const std::string& name : known_shape_names()) {
    for (const std::string& quantization : shape_quantizations()) {
      const Header header = known_header(name, quantization);
      EXPECT_GT(header.parameters(), 100'000'000U) << name;
      EXPECT_EQ(header.quantization(), quantization) << name;
    }
  }
}

}  // namespace
}  // namespace assay::gguf
