#include <gmock/gmock.h>

#include "base/file.h"
#include "base/json.h"
#include "cli/cli.h"
#include "support/byte_server.h"
#include "support/gguf_builder.h"
#include "support/outside.h"
#include "support/temporary_folder.h"

namespace assay::cli {
namespace {

using test::ByteServer;
using test::read_request;
using test::send_reply;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

/// Runs `assay gguf …` in this process.
class GgufCommand : public testing::Test {
 protected:
  int run(std::vector<std::string> arguments) {
    outside_.forget_output();
    arguments.insert(arguments.begin(), "gguf");
    return cli::run(outside_.context(), arguments);
  }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  std::string model() const {
    test::GgufBuilder builder;
    builder.text("general.architecture", "llama")
        .text("general.name", "Tiny\x1b[31m\nmodel")
        .number("llama.block_count", 2)
        .number("llama.context_length", 512)
        .texts("tokenizer.ggml.tokens", 2000)
        .tensor("token_embd.weight", {64, 10}, 8, 680)
        .tensor("output_norm.weight", {64}, 0, 256);
    return builder.file();
  }
  std::string model_file() const {
    EXPECT_TRUE(base::write_file(path("m.gguf"), model()).has_value());
    return path("m.gguf");
  }

  test::TemporaryFolder folder_;
  test::Outside outside_;
};

TEST_F(GgufCommand, ShowSaysWhatTheFileHolds) {
  ASSERT_EQ(run({"show", model_file()}), 0) << outside_.err();
  EXPECT_THAT(outside_.out(),
              AllOf(HasSubstr("architecture  llama\n"), HasSubstr("context       512\n"),
                    HasSubstr("vocabulary    2000\n"), HasSubstr("Q8_0            1 tensors")));
  EXPECT_THAT(outside_.out(), Not(HasSubstr("\x1b"))) << "a file may not steer the terminal";
  ASSERT_EQ(run({"show", model_file(), "--tensors"}), 0);
  EXPECT_THAT(outside_.out(), HasSubstr("token_embd.weight   Q8_0           680 B  64 × 10\n"));
  ASSERT_EQ(run({"show", model_file(), "--metadata"}), 0);
  EXPECT_THAT(outside_.out(), HasSubstr("tokenizer.ggml.tokens  2000 elements: "));
}

TEST_F(GgufCommand, ShowPrintsOneRecord) {
  ASSERT_EQ(run({"show", model_file(), "--json"}), 0) << outside_.err();
  const auto record = base::parse_json(outside_.out());
  ASSERT_TRUE(record.has_value()) << record.error().to_string();
  EXPECT_EQ((*record)["arch"], "llama");
  EXPECT_EQ((*record)["metadata"]["llama.block_count"], 2);
  EXPECT_EQ((*record)["metadata"]["tokenizer.ggml.tokens"]["length"], 2000);
  ASSERT_EQ((*record)["tensors"].size(), 2U);
  EXPECT_EQ((*record)["tensors"][0]["name"], "token_embd.weight");
  EXPECT_EQ((*record)["tensors"][0]["type"], "Q8_0");
  EXPECT_EQ((*record)["tensors"][0]["bytes"], 680);
  EXPECT_EQ((*record)["file_bytes"], model().size());
}

TEST_F(GgufCommand, ShowReadsAUrlWithItsToken) {
  ByteServer server({{read_request(), send_reply(model())}});
  outside_.context().environment["TOKEN"] = "secret";
  ASSERT_EQ(run({"show", server.url("/m.gguf"), "--token-variable", "TOKEN"}), 0) << outside_.err();
  EXPECT_THAT(outside_.out(), HasSubstr("architecture  llama\n"));
  EXPECT_THAT(server.requests()[0], HasSubstr("Authorization: Bearer secret\r\n"));
  EXPECT_EQ(run({"show", server.url("/m.gguf"), "--token-variable", "NONE"}), 2);
  EXPECT_THAT(outside_.err(), HasSubstr("environment variable NONE"));
}

TEST_F(GgufCommand, ErrorsNameTheFileAndWhatItIs) {
  EXPECT_EQ(run({"show", path("none.gguf")}), 3);
  EXPECT_THAT(outside_.err(), HasSubstr("none.gguf: cannot open the model"));
  ASSERT_TRUE(base::write_file(path("zip.gguf"), "PK\x03\x04").has_value());
  EXPECT_EQ(run({"show", path("zip.gguf")}), 3);
  EXPECT_THAT(outside_.err(), HasSubstr("found a ZIP"));
}

TEST_F(GgufCommand, HollowSaysWhatItTakes) {
  ASSERT_EQ(run({"hollow", "qwen3-0.6b", "--quantization", "q8_0", path("h.gguf"), "--json"}), 0)
      << outside_.err();
  const auto record = base::parse_json(outside_.out());
  ASSERT_TRUE(record.has_value());
  EXPECT_EQ((*record)["file_bytes"], std::filesystem::file_size(path("h.gguf")));
  EXPECT_LT((*record)["disk_bytes"], 20'000'000);
  ASSERT_EQ(run({"show", path("h.gguf")}), 0);
  EXPECT_THAT(outside_.out(), HasSubstr("quantization  Q8_0\n"));
  EXPECT_EQ(run({"hollow", "qwen3-0.6b", path("h.gguf")}), 3) << "it is there already";
}

TEST_F(GgufCommand, HollowTellsShapesFromFiles) {
  EXPECT_EQ(run({"hollow", "qwen3-0.6", path("h.gguf")}), 3);
  EXPECT_THAT(outside_.err(), HasSubstr("did you mean `qwen3-0.6b`?"));
  EXPECT_EQ(run({"hollow", model_file(), path("h.gguf"), "--quantization", "Q4_0"}), 2);
  EXPECT_THAT(outside_.err(), HasSubstr("a file has its own"));
  ASSERT_EQ(run({"hollow", model_file(), path("h.gguf")}), 0) << outside_.err();
  EXPECT_EQ(std::filesystem::file_size(path("h.gguf")), model().size());
  EXPECT_EQ(run({"hollow"}), 2);
  ASSERT_EQ(run({"hollow", "--list"}), 0);
  EXPECT_THAT(outside_.out(), HasSubstr("gpt-oss-20b\n"));
}

}  // namespace
}  // namespace assay::cli
