#include "catalog/survey.h"

#include <gmock/gmock.h>

#include <array>

#include "catalog/model_files_test_support.h"
#include "catalog/shard_name.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

Survey survey_of(const SomebodysMachine& machine) {
  auto survey = survey_models(machine.surroundings(), {});
  EXPECT_TRUE(survey.has_value());
  return std::move(*survey);
}

Survey survey_of(const fs::path& folder) {
  const SomebodysMachine empty;
  const std::array folders{folder};
  auto survey = survey_models(empty.surroundings(), folders);
  EXPECT_TRUE(survey.has_value());
  return std::move(*survey);
}

TEST(SurveyTest, OneFileWithSeveralNamesIsOneModel) {
  const SomebodysMachine machine;
  const fs::path real = machine.home() / ".lmstudio/models/p/r/m.gguf";
  write(real, model_bytes());
  const fs::path jan = machine.home() / "jan/models/mine/model.gguf";
  fs::create_directories(jan.parent_path());
  fs::create_hard_link(real, jan);
  fs::create_directories(machine.home() / ".local/share/nomic.ai/GPT4All");
  fs::create_symlink(real, machine.home() / ".local/share/nomic.ai/GPT4All/linked.gguf");
  const Survey survey = survey_of(machine);
  ASSERT_THAT(survey.models, SizeIs(1));
  const auto& names = survey.models[0].names;
  ASSERT_THAT(names, SizeIs(3));
  EXPECT_EQ(names[0].source + " " + names[0].name, "LM Studio p/r/m");
  EXPECT_EQ(names[1].source + " " + names[1].name, "GPT4All linked");
  EXPECT_EQ(names[2].source + " " + names[2].name, "Jan mine");
  EXPECT_EQ(survey.models[0].header.text("general.architecture"), "llama");
}

TEST(SurveyTest, WhatIsNoModelIsToldApart) {
  const test::TemporaryFolder folder;
  write(folder.path() / "model.gguf", model_bytes());
  write(folder.path() / "lora.gguf", model_bytes("llama", "adapter"));
  write(folder.path() / "mmproj-m-f16.gguf", model_bytes("clip", "model"));
  write(folder.path() / "embed.gguf", model_bytes("nomic-bert"));
  write(folder.path() / "matrix.gguf", model_bytes("", "imatrix"));
  test::GgufBuilder vocabulary;
  vocabulary.text("general.architecture", "llama");
  write(folder.path() / "vocab.gguf", vocabulary.file());
  std::map<std::string, FileKind> kinds;
  for (const LocalModel& model : survey_of(folder.path()).models) {
    kinds[model.name()] = model.kind;
  }
  EXPECT_EQ(kinds["model"], FileKind::Model);
  EXPECT_EQ(kinds["lora"], FileKind::Adapter);
  EXPECT_EQ(kinds["mmproj-m-f16"], FileKind::Projector);
  EXPECT_EQ(kinds["embed"], FileKind::Embedding);
  EXPECT_EQ(kinds["matrix"], FileKind::Other);
  EXPECT_EQ(kinds["vocab"], FileKind::Vocabulary);
}

std::string shard(const std::string& architecture, std::uint32_t number) {
  test::GgufBuilder builder;
  if (!architecture.empty()) builder.text("general.architecture", architecture);
  builder.number("split.no", number);
  builder.number("split.count", 2);
  builder.tensor("blk." + std::to_string(number) + ".ffn_up.weight", {32}, 0, 128);
  return builder.file();
}

TEST(SurveyTest, SplitModelIsOneEntry) {
  const test::TemporaryFolder folder;
  write(folder.path() / "m-00001-of-00002.gguf", shard("llama", 0));
  write(folder.path() / "m-00002-of-00002.gguf", shard("", 1));
  write(folder.path() / "lost-00002-of-00002.gguf", shard("", 1));
  const Survey survey = survey_of(folder.path());
  ASSERT_THAT(survey.models, SizeIs(1));
  EXPECT_EQ(survey.models[0].path.filename(), "m-00001-of-00002.gguf");
  EXPECT_THAT(survey.models[0].header.tensors, SizeIs(2));
  ASSERT_THAT(survey.unusable, SizeIs(1));
  EXPECT_THAT(survey.unusable[0].reason, HasSubstr("first is missing"));
}

TEST(SurveyTest, BrokenFilesAreListedWithTheReason) {
  const test::TemporaryFolder folder;
  write(folder.path() / "good.gguf", model_bytes());
  write(folder.path() / "cut.gguf", model_bytes().substr(0, 60));
  write(folder.path() / "text.gguf", "hello");
  write(folder.path() / "empty.llamafile", "");
  const Survey survey = survey_of(folder.path());
  EXPECT_THAT(survey.models, SizeIs(1));
  ASSERT_THAT(survey.unusable, SizeIs(3));
  for (const UnusableFile& unusable : survey.unusable) EXPECT_NE(unusable.reason, "");
}

TEST(SurveyTest, FolderThatIsNotThereIsAnError) {
  const SomebodysMachine empty;
  const std::array folders{fs::path("/nowhere/at/all")};
  const auto survey = survey_models(empty.surroundings(), folders);
  ASSERT_FALSE(survey.has_value());
  EXPECT_EQ(survey.error().kind, base::ErrorKind::BadInput);
}

TEST(SurveyTest, ManyFilesAreAllRead) {
  const test::TemporaryFolder folder;
  for (int at = 0; at < 60; ++at) {
    write(folder.path() / (std::to_string(at) + ".gguf"), model_bytes());
  }
  const Survey survey = survey_of(folder.path());
  EXPECT_THAT(survey.models, SizeIs(60));
  for (const LocalModel& model : survey.models) EXPECT_THAT(model.header.tensors, SizeIs(1));
}

TEST(ShardNameTest, OnlyTheExactFormIsOne) {
  const auto shard = read_shard_name("x/m-00002-of-00003.gguf");
  ASSERT_TRUE(shard);
  EXPECT_EQ(shard->number, 2);
  EXPECT_EQ(shard->count, 3);
  EXPECT_EQ(shard->first, "x/m-00001-of-00003.gguf");
  for (const char* name : {"m.gguf", "m-0002-of-00003.gguf", "m-00002-of-0000x.gguf",
                           "-00002-of-00003.gguf", "m-0000a-of-00003.gguf"}) {
    EXPECT_FALSE(read_shard_name(name)) << name;
  }
}

}  // namespace
}  // namespace assay::catalog
