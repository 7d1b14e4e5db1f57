#include "study/registration.h"

#include <gmock/gmock.h>

#include "study/sample_plan_test_support.h"

namespace assay::study {
namespace {

using base::Json;

constexpr const char* kMatrix = "[factors]\ntemperature = [0.7]\n";

std::string hash_of(const SampleStudy& sample) {
  const Plan plan = plan_of(sample).value();
  return registration_json(plan, base::dump_json(plan.to_json()))["hash"];
}

TEST(Registration, WhatDecidesTheStudyIsInItsHash) {
  const std::string hash = hash_of({.matrix = kMatrix});
  EXPECT_EQ(hash.size(), 64U);
  for (const char* key : {"margin = 0.1\n", "looks = 3\n", "alpha = 0.1\n", "seed = 2\n",
                          "repeats = 4\n", "spending = \"pocock\"\n", "timeout_s = 5\n"}) {
    EXPECT_NE(hash_of({.matrix = kMatrix, .study = key}), hash) << key;
  }
  for (const char* matrix :
       {"[factors]\ntemperature = [0.8]\n", "[factors]\ntemperature = [0.7, 0.9]\n",
        "[baseline]\ntop_p = 0.5\n[factors]\ntemperature = [0.7]\n",
        "[factors]\ntemperature = [0.7]\n[decision]\nrank = \"memory\"\n",
        "[factors]\ntemperature = [0.7]\n[decision]\naccuracy_least = 0.5\n"}) {
    EXPECT_NE(hash_of({.matrix = matrix}), hash) << matrix;
  }
  EXPECT_NE(hash_of({.matrix = kMatrix, .canaries = 39}), hash);
  EXPECT_NE(hash_of({.matrix = kMatrix, .fixed = true}), hash);
}

TEST(Registration, WhatDoesNotDecideItIsNot) {
  const std::string hash = hash_of({.matrix = kMatrix});
  EXPECT_EQ(hash_of({.matrix = kMatrix}), hash);
  EXPECT_EQ(hash_of({.matrix = kMatrix, .study = "budget = { runs = 9 }\n"}), hash);
  EXPECT_EQ(hash_of({.matrix = std::string("# A comment.\n") + kMatrix}), hash);
  EXPECT_EQ(hash_of({.matrix = kMatrix, .study = "alpha = 0.05\n"}), hash) << "the default";
}

TEST(Registration, TheRuleHasEveryGate) {
  const Plan plan = plan_of({.matrix = std::string(kMatrix) +
                                       "[decision]\nttft_ms_most = 200\nrank = \"cost\"\n"})
                        .value();
  EXPECT_EQ(base::dump_json(decision_json(plan.spec.decision)),
            R"({"accuracy_least":null,"ttft_ms_most":200.0,"memory_bytes_most":null,)"
            R"("cost_usd_per_1000_most":null,"rank":"cost"})");
}

TEST(Registration, TheHashIsOfWhatStandsBesideIt) {
  const Plan plan = plan_of({.matrix = kMatrix}).value();
  const Json json = registration_json(plan, "plan");
  EXPECT_EQ(json["registration"]["study"], plan.id);
  EXPECT_EQ(json["registration"]["identity"], identity_json(plan));
  EXPECT_NE(registration_json(plan, "another plan")["hash"], json["hash"]);
}

}  // namespace
}  // namespace assay::study
