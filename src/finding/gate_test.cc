#include "finding/gate.h"

#include <gmock/gmock.h>

namespace assay::finding {
namespace {

using base::Json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Json report() {
  return {{"decision", {{"made", true}, {"headline", "Ship m."}, {"cell", "m/baseline"}}},
          {"models", Json::array({{{"model", "m"},
                                   {"cells", Json::array({{{"id", "m/baseline"},
                                                           {"accuracy", 0.72},
                                                           {"trial_ms_p50", 900},
                                                           {"cost_usd_per_1000", Json()}},
                                                          {{"id", "m/temperature=1.5"},
                                                           {"accuracy", 0.5},
                                                           {"delta", -0.22},
                                                           {"verdict", "worse"}}})}}})}};
}

std::vector<GateFailure> check(std::string_view list, const Json& json = report()) {
  return failed_gates(parse_gates(list).value(), json);
}

TEST(ParseGates, ReadsWordsAndFigures) {
  const auto gates = parse_gates("no-decision, accuracy<0.8,memory_bytes_peak >= 8e9").value();
  ASSERT_THAT(gates, SizeIs(3));
  EXPECT_EQ(gates[0].word, GateWord::NoDecision);
  EXPECT_EQ(gates[1].member, "accuracy");
  EXPECT_EQ(gates[1].order, GateOrder::Less);
  EXPECT_EQ(gates[1].bound, 0.8);
  EXPECT_EQ(gates[2].order, GateOrder::GreaterOrEqual);
  EXPECT_EQ(gates[2].bound, 8e9);
  EXPECT_EQ(parse_gates("wall_ms_p50>1000").value()[0].member, "trial_ms_p50");
}

TEST(ParseGates, RefusesTheRestAndListsWhatIsKnown) {
  for (const char* wrong : {"", "worse,", "bad", "accuracy", "acc<1", "accuracy<", "accuracy<x",
                            "accuracy<1x", "accuracy<inf", "accuracy<nan", "<1", "accuracy=<1",
                            "accuracy<<1", "WORSE", "accuracy<1e999"}) {
    const auto gates = parse_gates(wrong);
    ASSERT_FALSE(gates.has_value()) << wrong;
    EXPECT_EQ(gates.error().kind, base::ErrorKind::Usage) << wrong;
    EXPECT_THAT(gates.error().hint, HasSubstr("no-decision")) << wrong;
    EXPECT_THAT(gates.error().hint, HasSubstr("ttft_ms_p95")) << wrong;
  }
}

TEST(FailedGates, CompareFiguresOfTheRecommendedCell) {
  EXPECT_THAT(check("accuracy<0.7,accuracy<0.72,wall_ms_p50>900"), IsEmpty());
  const auto failures = check("accuracy<0.8,accuracy<=0.72");
  ASSERT_THAT(failures, SizeIs(2));
  EXPECT_EQ(failures[0].text, "accuracy<0.8");
  EXPECT_EQ(failures[0].measured, "accuracy is 0.72 in m/baseline");
  EXPECT_EQ(failures[0].cell, "m/baseline");
}

TEST(FailedGates, DoNotPassWhatWasNotMeasured) {
  ASSERT_THAT(check("cost_usd_per_1000>2"), SizeIs(1));
  EXPECT_THAT(check("cost_usd_per_1000>2")[0].measured, HasSubstr("not measured"));
  Json undecided = report();
  undecided["decision"] = {{"made", false}, {"headline", "No decision: none."}, {"cell", Json()}};
  EXPECT_THAT(check("accuracy<0.1", undecided), SizeIs(1));
  EXPECT_EQ(check("no-decision", undecided)[0].measured, "No decision: none.");
  EXPECT_THAT(check("no-decision"), IsEmpty());
  EXPECT_THAT(check("no-decision", Json()), SizeIs(1));
}

TEST(FailedGates, LookAtEveryVerdict) {
  const auto failures = check("worse,undecided");
  ASSERT_THAT(failures, SizeIs(1));
  EXPECT_EQ(failures[0].cell, "m/temperature=1.5");
  EXPECT_THAT(failures[0].measured, HasSubstr("-22 points"));
}

TEST(FailedGates, SeeVoidCellsTrapsAndConfirmation) {
  EXPECT_THAT(check("void,traps,not-confirmed"), IsEmpty()) << "nothing won, nothing to confirm";
  Json json = report();
  json["models"][0]["cells"][1]["void"] = "every reply is the baseline's";
  json["models"][0]["traps"] = Json::array(
      {{{"name", "truncation"}, {"cell", "m/baseline"}, {"sentence", "34 replies were cut."}}});
  json["decision"]["confirmation"] = {{"needed", true}, {"confirmed", true}};
  EXPECT_THAT(check("void,traps,not-confirmed", json), SizeIs(2));
  EXPECT_EQ(check("traps", json)[0].measured, "truncation: 34 replies were cut.");
  EXPECT_EQ(check("traps", json)[0].cell, "m/baseline");
  json["decision"]["confirmation"]["confirmed"] = false;
  EXPECT_THAT(check("not-confirmed", json), SizeIs(1));
}

TEST(FailedGates, TakeVerdictsOfAComparisonFromItsRows) {
  const Json comparison{
      {"cells",
       Json::array({{{"second", "m/baseline"}, {"verdict", "undecided"}, {"delta", 0.01}}})}};
  const auto gates = parse_gates("worse,undecided,accuracy<0.8").value();
  const auto failures = failed_gates(gates, comparison, report());
  ASSERT_THAT(failures, SizeIs(2));
  EXPECT_EQ(failures[0].text, "undecided");
  EXPECT_EQ(failures[1].text, "accuracy<0.8");
  EXPECT_EQ(describe({failures[1]}), "  accuracy<0.8: accuracy is 0.72 in m/baseline");
}

}  // namespace
}  // namespace assay::finding
