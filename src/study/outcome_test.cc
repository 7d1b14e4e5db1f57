#include "study/outcome.h"

#include <gmock/gmock.h>

namespace assay::study {
namespace {

using base::Json;
using endpoint::ChatReply;
using endpoint::FailureClass;

task::Case lookup() {
  task::Case item;
  item.id = "lookup-001";
  item.messages = Json::array({{{"role", "user"}, {"content", "Where does Mira live?"}}});
  item.expect = "Oslo";
  item.scorer = {{"type", "contains"}};
  item.tags = {"lookup"};
  return item;
}

ChatReply reply(std::string text, std::string finish_reason) {
  ChatReply out;
  out.text = std::move(text);
  out.finish_reason = std::move(finish_reason);
  return out;
}

ChatReply failed(FailureClass failure) {
  ChatReply out;
  out.failure = endpoint::ChatFailure{failure, 0, "why", ""};
  return out;
}

TEST(Outcome, AnAnswerIsScoredRightOrWrong) {
  const Outcome right = classify(lookup(), reply("Mira lives in Oslo.", "stop"), std::nullopt);
  EXPECT_EQ(right.kind, OutcomeKind::Scored);
  EXPECT_EQ(right.score, 1.0);
  const Outcome wrong = classify(lookup(), reply("Mira lives in Paris.", "stop"), std::nullopt);
  EXPECT_EQ(wrong.kind, OutcomeKind::Scored);
  EXPECT_EQ(wrong.score, 0.0);
}

TEST(Outcome, TruncationIsALimitUnlessTheAnswerIsRightAnyway) {
  const Outcome cut = classify(lookup(), reply("Mira lives", "length"), std::nullopt);
  EXPECT_EQ(cut.kind, OutcomeKind::Limit);
  EXPECT_EQ(cut.outcome_class, "tokens");
  EXPECT_EQ(cut.score, std::nullopt);
  const Outcome whole = classify(lookup(), reply("Mira lives in Oslo.", "length"), std::nullopt);
  EXPECT_EQ(whole.kind, OutcomeKind::Scored);
  EXPECT_EQ(whole.score, 1.0);
}

TEST(Outcome, LimitsAreNotIncapacityAndMachineryIsNotTheModel) {
  EXPECT_EQ(classify(lookup(), failed(FailureClass::Deadline), std::nullopt).outcome_class, "time");
  EXPECT_EQ(classify(lookup(), failed(FailureClass::ContextOverflow), std::nullopt).outcome_class,
            "context");
  EXPECT_EQ(classify(lookup(), failed(FailureClass::Rejected), std::nullopt).kind,
            OutcomeKind::ModelFailure);
  for (const FailureClass failure :
       {FailureClass::Unreachable, FailureClass::CutStream, FailureClass::Malformed,
        FailureClass::RateLimited, FailureClass::ServerError}) {
    const Outcome outcome = classify(lookup(), failed(failure), std::nullopt);
    EXPECT_EQ(outcome.kind, OutcomeKind::Infrastructure);
    EXPECT_EQ(outcome.score, std::nullopt);
    EXPECT_EQ(outcome.outcome_class, endpoint::name_of(failure));
  }
}

TEST(Outcome, ALostGuestExplainsTheFailure) {
  const Outcome killed = classify(lookup(), failed(FailureClass::CutStream),
                                  endpoint::GuestLoss{true, "the guard ended it at 512 MiB"});
  EXPECT_EQ(killed.kind, OutcomeKind::Infrastructure);
  EXPECT_EQ(killed.outcome_class, "out_of_memory");
  const Outcome crashed =
      classify(lookup(), failed(FailureClass::CutStream), endpoint::GuestLoss{false, "signal 11"});
  EXPECT_EQ(crashed.outcome_class, "guest_lost");
  const Outcome hung = classify(lookup(), failed(FailureClass::Deadline),
                                endpoint::GuestLoss{false, "no answer", true});
  EXPECT_EQ(hung.kind, OutcomeKind::Infrastructure) << "not the model's time limit";
  EXPECT_EQ(hung.outcome_class, "guest_hung");
}

TEST(Outcome, AScorerThatCannotJudgeSaysNothingAboutTheModel) {
  task::Case broken = lookup();
  broken.scorer = {{"type", "no such scorer"}};
  EXPECT_EQ(classify(broken, reply("x", "stop"), std::nullopt).kind, OutcomeKind::ScorerFailure);
}

}  // namespace
}  // namespace assay::study
