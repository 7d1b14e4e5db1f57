#include "finding/provenance.h"

#include <gtest/gtest.h>

#include "finding/analysis.h"
#include "finding/sample_study_test_support.h"

namespace assay::finding {
namespace {

using base::Json;

StudyFinding find(const test::SampleStudy& study) {
  store::StudyRow row = study.study_row();
  row.file = "/studies/desk/study.toml";
  return analyse(row, study.trials, study.events).value();
}

TEST(Provenance, ResolvesTheModelFileAgainstTheStudyFile) {
  test::SampleStudy study(4, 3);
  study.add({});
  study.plan["models"][0]["gguf"] = "../models/pebble-m.gguf";
  study.plan["models"][0]["quantization"] = "Q4_K_M";
  study.add_event("guest_ready", "pebble-m", {{"file", "pebble-m.gguf"}, {"file_sha256", "aa"}});
  study.add_event("guest_ready", "pebble-m", {{"file", "pebble-m.gguf"}, {"file_sha256", "aa"}});
  const Json fingerprint = find(study).models[0].fingerprint;
  EXPECT_EQ(fingerprint["file"], "/studies/models/pebble-m.gguf");
  EXPECT_EQ(fingerprint["quantization"], "Q4_K_M");
  EXPECT_EQ(fingerprint["files"],
            Json::array({{{"path", "/studies/models/pebble-m.gguf"}, {"sha256", "aa"}}}));
}

TEST(Provenance, KeepsAQuantizedFileWhereThePlanHadIt) {
  test::SampleStudy study(4, 3);
  study.add({});
  study.add({.factor = "quantization",
             .level = "Q2_K",
             .guest = {{"model", "/state/quantized/pebble-m-Q2_K.gguf"}}});
  study.add_event("guest_ready", "pebble-m",
                  {{"file", "pebble-m-Q2_K.gguf"}, {"file_sha256", "bb"}});
  EXPECT_EQ(find(study).models[0].fingerprint["files"][0]["path"],
            "/state/quantized/pebble-m-Q2_K.gguf");
}

TEST(Provenance, HasPacksAndTheFirstRegistration) {
  test::SampleStudy study(4, 3);
  study.add({});
  EXPECT_TRUE(find(study).registration.is_null());
  study.add_event("registered", "", {{"hash", "first"}, {"registration", {{"margin", 0.1}}}});
  study.add_event("registered", "", {{"hash", "second"}});
  const StudyFinding finding = find(study);
  EXPECT_EQ(finding.inputs["study_file"], "/studies/desk/study.toml");
  EXPECT_EQ(finding.inputs["packs"][0]["hash"], "1234abcd5678");
  EXPECT_EQ(finding.registration["hash"], "first");
  EXPECT_EQ(finding.registration["registration"]["margin"], 0.1);
  EXPECT_EQ(finding.registration["registered_at"], "2026-01-01T00:00:00Z");
}

}  // namespace
}  // namespace assay::finding
