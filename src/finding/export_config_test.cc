#include "finding/export_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using test::first;
using test::SampleStudy;
using ::testing::HasSubstr;
using ::testing::Not;

StudyFinding one_model(const base::Json& guest) {
  SampleStudy study(40, 3);
  study.add({.is_right = first(32), .guest = guest});
  study.plan["cells"][0]["request"] = {{"temperature", 0.2},
                                       {"top_k", 40},
                                       {"max_tokens", 64},
                                       {"seed", 7},
                                       {"cache_prompt", false},
                                       {"system_prompt", "Be terse."},
                                       {"chat_template_kwargs", {{"enable_thinking", false}}}};
  study.add_event("engine", "", {{"version", "v1"}, {"source", "pinned"}});
  return study.finding();
}

TEST(ExportConfig, WritesAScriptWithTheMeasuredSettings) {
  const StudyFinding finding = one_model({{"model", "models/my model's.gguf"},
                                          {"context_tokens", 2048},
                                          {"cache_type_k", "q8_0"},
                                          {"threads", nullptr},
                                          {"gpu_layers", 0},
                                          {"batch", 0}});
  EXPECT_EQ(export_config(finding, ExportFormat::LlamaServer).value(),
            R"(#!/bin/sh
# llama-server as measured by assay: pebble-m, baseline.
# Study k3f9 (quickstart), 2026-01-01T00:00:00Z, cell pebble-m/baseline.
# Accuracy 80% (95% interval 65 to 90%, 120 trials on 40 canaries).
# Engine v1 (pinned).
# Caveat: 40 canaries place its accuracy no closer than between 65% and 90%; more canaries narrow that.
# More options, --port for one, can be given to this script; they come last and win.
# Send these with every request, as they were measured:
# {"system_prompt":"Be terse.","chat_template_kwargs":{"enable_thinking":false}}
exec "${LLAMA_SERVER:-llama-server}" \
  --model 'models/my model'\''s.gguf' \
  --ctx-size 2048 \
  --gpu-layers 0 \
  --cache-type-k q8_0 \
  --alias pebble-m \
  --temp 0.2 \
  --top-k 40 \
  --n-predict 64 \
  "$@"
)");
}

TEST(ExportConfig, KeepsALineBreakInANameInsideItsComment) {
  SampleStudy study(40, 3);
  study.add({});
  study.plan["name"] = "nice\nrm -rf /";
  const std::string script = export_config(study.finding(), ExportFormat::LlamaServer).value();
  EXPECT_THAT(script, Not(HasSubstr("\nrm")));
}

TEST(ExportConfig, WritesARequestBody) {
  const StudyFinding finding = one_model({});
  const auto body = base::parse_json(export_config(finding, ExportFormat::OpenAi).value()).value();
  EXPECT_EQ(body["model"], "pebble-m");
  EXPECT_EQ(body["temperature"], 0.2);
  EXPECT_EQ(body["max_tokens"], 64);
  EXPECT_FALSE(body.contains("seed"));
  EXPECT_FALSE(body.contains("system_prompt"));
  ASSERT_EQ(body["messages"].size(), 2U);
  EXPECT_EQ(body["messages"][0]["role"], "system");
  EXPECT_EQ(body["messages"][0]["content"], "Be terse.");
  EXPECT_EQ(body["messages"][1]["role"], "user");
}

TEST(ExportConfig, PutsTheTemplateIntoTheMessages) {
  SampleStudy study(40, 3);
  study.add({});
  study.plan["cells"][0]["request"] = {
      {"system_prompt", "Be terse."},
      {"prompt", {{"name", "rich"}, {"system", "Be careful."}, {"user", "Q: {{prompt}} A:"}}},
      {"turns", 2},
      {"echo_reasoning", true}};
  const auto body =
      base::parse_json(export_config(study.finding(), ExportFormat::OpenAi).value()).value();
  EXPECT_EQ(body["messages"][0]["content"], "Be careful.");
  EXPECT_EQ(body["messages"][1]["content"], "Q: Your prompt here. A:");
  for (const char* name : {"system_prompt", "prompt", "turns", "echo_reasoning"}) {
    EXPECT_FALSE(body.contains(name)) << name;
  }
}

TEST(ExportConfig, WritesSwitchesAndCountsOfNone) {
  const StudyFinding finding = one_model(
      {{"model", "m.gguf"}, {"kv_offload", false}, {"cpu_moe_layers", 0}, {"threads_batch", 4}});
  const std::string script = export_config(finding, ExportFormat::LlamaServer).value();
  EXPECT_THAT(script, HasSubstr(" --no-kv-offload \\\n"));
  EXPECT_THAT(script, HasSubstr(" --n-cpu-moe 0 \\\n"));
  EXPECT_THAT(script, HasSubstr(" --threads-batch 4 \\\n"));
}

TEST(ExportConfig, KeepsWhatIsFixedForMeasuringWhenItWasTheLevelThatWon) {
  SampleStudy study(100, 3);
  study.add({.is_right = first(50)});
  study.add({.factor = "cache_prompt", .level = "true", .is_right = first(90)});
  const auto body =
      base::parse_json(export_config(study.finding(), ExportFormat::OpenAi).value()).value();
  EXPECT_TRUE(body.contains("cache_prompt"));
}

TEST(ExportConfig, OffersTheRequestOfAModelServedElsewhere) {
  SampleStudy study(40, 3);
  study.add({});
  study.plan["models"][0] = {
      {"name", "pebble-m"}, {"url", "http://127.0.0.1:9/v1"}, {"model", "served"}};
  study.plan["cells"][0]["guest"] = nullptr;
  const auto script = export_config(study.finding(), ExportFormat::LlamaServer);
  ASSERT_FALSE(script.has_value());
  EXPECT_EQ(script.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(script.error().hint, HasSubstr("--for openai"));
  EXPECT_THAT(export_config(study.finding(), ExportFormat::OpenAi).value(),
              HasSubstr("\"model\": \"served\""));
}

TEST(ExportConfig, RefusesWithoutADecision) {
  SampleStudy study(40, 1);
  study.add({});
  const auto refused = export_config(study.finding(), ExportFormat::OpenAi);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().kind, base::ErrorKind::BadInput);
  EXPECT_THAT(refused.error().message, HasSubstr("it takes three repeats"));
}

TEST(ExportConfig, KnowsItsFormats) {
  EXPECT_EQ(parse_export_format("llama-server").value(), ExportFormat::LlamaServer);
  EXPECT_EQ(parse_export_format("openai").value(), ExportFormat::OpenAi);
  const auto unknown = parse_export_format("ollama");
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().kind, base::ErrorKind::Usage);
  EXPECT_THAT(unknown.error().message, HasSubstr("llama-server or openai"));
}

}  // namespace
}  // namespace assay::finding
