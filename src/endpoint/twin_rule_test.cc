#include "endpoint/twin_rule.h"

#include <gmock/gmock.h>

#include <array>
#include <cmath>

namespace assay::endpoint {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

TwinRequest request_of(std::string_view body) { return read_chat_request(body).value(); }

TEST(TwinRequest, TakesTheConversationApart) {
  const TwinRequest request = request_of(R"({
    "messages": [{"role": "system", "content": "be brief"},
                 {"role": "user", "content": "first"},
                 {"role": "assistant", "content": null},
                 {"role": "user", "content": [{"type": "text", "text": "sec"},
                                              {"type": "text", "text": "ond"}]}],
    "max_tokens": 7, "seed": 12, "stream": true, "stream_options": {"include_usage": true}})");
  EXPECT_THAT(request.texts, ElementsAre("be brief", "first", "", "second"));
  EXPECT_EQ(request.last_user_text, "second");
  EXPECT_EQ(request.turn, 2);
  EXPECT_EQ(request.seed, "12");
  EXPECT_EQ(request.tokens_max, 7U);
  EXPECT_TRUE(request.stream);
  EXPECT_TRUE(request.usage_in_stream);
}

TEST(TwinRequest, RefusesWhatIsNoChatRequest) {
  EXPECT_FALSE(read_chat_request("{").has_value());
  EXPECT_FALSE(read_chat_request("[]").has_value());
  EXPECT_FALSE(read_chat_request(R"({"messages": "hello"})").has_value());
}

TEST(TwinRequest, ANegativeLimitOrANullSeedIsNone) {
  const TwinRequest request = request_of(R"({"messages": [], "max_tokens": -1, "seed": null})");
  EXPECT_FALSE(request.tokens_max.has_value());
  EXPECT_FALSE(request.seed.has_value());
}

TEST(FindField, FollowsDotsIndexesAndNamesWithDots) {
  const base::Json body =
      base::parse_json(R"({"a": {"b": 1}, "c.d": {"e": 2}, "m": [{"r": "x"}, 5]})").value();
  EXPECT_EQ(*find_field(body, "a.b"), 1);
  EXPECT_EQ(*find_field(body, "c.d.e"), 2);
  EXPECT_EQ(*find_field(body, "m.0.r"), "x");
  EXPECT_EQ(*find_field(body, "m.1"), 5);
  for (const char* missing : {"a.c", "m.2", "m.x", "m.-1", "a.b.c", "", "."}) {
    EXPECT_EQ(find_field(body, missing), nullptr) << missing;
  }
}

TEST(SplitTokens, KeepsEveryByte) {
  EXPECT_THAT(split_tokens("Oslo is  big.\n"), ElementsAre("Oslo", " is", "  big.", "\n"));
  EXPECT_THAT(split_tokens(" lead"), ElementsAre(" lead"));
  EXPECT_TRUE(split_tokens("").empty());
}

TEST(RuleMatch, AsksTheLastUserMessageOrAny) {
  const TwinRequest request = request_of(
      R"({"messages": [{"role": "system", "content": "rich"}, {"role": "user", "content": "capital of Norway"}]})");
  EXPECT_TRUE(matches({.contains = {"capital", "Norway"}}, request));
  EXPECT_FALSE(matches({.contains = {"capital", "Sweden"}}, request));
  EXPECT_FALSE(matches({.contains = {"rich"}}, request));
  EXPECT_TRUE(matches({.any_contains = {"rich", "Norway"}}, request));
  EXPECT_TRUE(matches({.turn = 1}, request));
  EXPECT_FALSE(matches({.turn = 2}, request));
  EXPECT_FALSE(matches({.path = "/health"}, request));
}

TEST(RuleMatch, ComparesAnyFieldAsJson) {
  const TwinRequest request = request_of(
      R"({"messages": [], "temperature": 0, "stop": ["a"], "model": "big-q4",
          "chat_template_kwargs": {"enable_thinking": true}})");
  const auto holds = [&](FieldCondition condition) {
    return matches({.fields = {std::move(condition)}}, request);
  };
  EXPECT_TRUE(holds({.path = "temperature", .equals = 0.0}));
  EXPECT_FALSE(holds({.path = "temperature", .equals = false}));
  EXPECT_TRUE(holds({.path = "stop", .equals = base::Json::array({"a"})}));
  EXPECT_TRUE(holds({.path = "chat_template_kwargs.enable_thinking", .equals = true}));
  EXPECT_TRUE(holds({.path = "temperature", .above = -0.5, .below = 0.5}));
  EXPECT_FALSE(holds({.path = "temperature", .above = 0.0}));
  EXPECT_FALSE(holds({.path = "temperature", .below = 0.0}));
  EXPECT_FALSE(holds({.path = "model", .above = 0.0}));
  EXPECT_TRUE(holds({.path = "model", .contains = "q4"}));
  EXPECT_FALSE(holds({.path = "temperature", .contains = "0"}));
  EXPECT_TRUE(holds({.path = "tools", .present = false}));
  EXPECT_FALSE(holds({.path = "tools", .present = true}));
  EXPECT_FALSE(holds({.path = "tools", .equals = 1}));
}

TEST(Timing, AddsUpListedGapsAndRepeatsTheLast) {
  const Timing timing{.first = milliseconds(100), .gaps = {milliseconds(1), milliseconds(10)}};
  EXPECT_EQ(timing.offset_of(0), milliseconds(100));
  EXPECT_EQ(timing.offset_of(1), milliseconds(101));
  EXPECT_EQ(timing.offset_of(2), milliseconds(111));
  EXPECT_EQ(timing.offset_of(4), milliseconds(131));
  EXPECT_EQ(Timing{.first = milliseconds(5)}.offset_of(9), milliseconds(5));
}

TwinRequest question(int message, std::optional<int> seed) {
  base::Json body{{"messages", base::Json::array()}};
  body["messages"].push_back({{"role", "user"}, {"content", std::to_string(message)}});
  if (seed) body["seed"] = *seed;
  return request_of(base::dump_json(body));
}

Rule coin(double weight_right) {
  Rule rule;
  rule.answers = {{.text = "right", .weight = weight_right},
                  {.text = "wrong", .weight = 1 - weight_right}};
  return rule;
}

bool is_right(const Rule& rule, const Draw& draw, const TwinRequest& request) {
  return choose_answer(rule, draw, request).text == "right";
}

TEST(ChooseAnswer, IsTheSameForTheSameRequest) {
  const Rule rule = coin(0.5);
  for (int message = 0; message < 50; ++message) {
    EXPECT_EQ(is_right(rule, {.script_seed = 1}, question(message, 3)),
              is_right(rule, {.script_seed = 1, .unseeded = 9}, question(message, 3)));
  }
}

/// With n draws the share lies within 3.3 standard errors of its weight in 999 of 1,000 cases; the
/// seeds are fixed, so this either holds for ever or not at all.
void expect_share(int right, int n, double weight) {
  const double tolerance = 3.3 * std::sqrt(weight * (1 - weight) / n);
  EXPECT_NEAR(static_cast<double>(right) / n, weight, tolerance);
}

TEST(ChooseAnswer, MeetsTheWeightsAcrossSeedsAndAcrossMessages) {
  constexpr int kDraws = 2000;
  const Rule rule = coin(0.8);
  int across_seeds = 0;
  int across_messages = 0;
  int unseeded = 0;
  for (int i = 0; i < kDraws; ++i) {
    const auto count = static_cast<std::uint64_t>(i);
    across_seeds += int{is_right(rule, {.script_seed = 1}, question(0, i))};
    across_messages += int{is_right(rule, {.script_seed = 1}, question(i, 0))};
    unseeded += int{is_right(rule, {.script_seed = 1, .unseeded = count}, question(0, {}))};
  }
  expect_share(across_seeds, kDraws, 0.8);
  expect_share(across_messages, kDraws, 0.8);
  expect_share(unseeded, kDraws, 0.8);
}

/// Chi-square of independence of two fair binary choices: 10.83 is exceeded once in 1,000 times.
double chi_square(const std::array<std::array<double, 2>, 2>& counts) {
  double total = 0;
  std::array<double, 2> rows{};
  std::array<double, 2> columns{};
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t column = 0; column < 2; ++column) {
      rows[row] += counts[row][column];
      columns[column] += counts[row][column];
      total += counts[row][column];
    }
  }
  double sum = 0;
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t column = 0; column < 2; ++column) {
      const double expected = rows[row] * columns[column] / total;
      sum += std::pow(counts[row][column] - expected, 2) / expected;
    }
  }
  return sum;
}

TEST(ChooseAnswer, IsIndependentAcrossSeedsMessagesRulesAndScripts) {
  const Rule rule = coin(0.5);
  std::array<std::array<double, 2>, 2> seeds{};
  std::array<std::array<double, 2>, 2> messages{};
  std::array<std::array<double, 2>, 2> rules{};
  std::array<std::array<double, 2>, 2> scripts{};
  for (int i = 0; i < 1000; ++i) {
    const Draw draw{.script_seed = 1};
    const bool base = is_right(rule, draw, question(i, 1));
    seeds[base][is_right(rule, draw, question(i, 2))] += 1;
    messages[base][is_right(rule, draw, question(i + 1, 1))] += 1;
    rules[base][is_right(rule, {.script_seed = 1, .rule = 1}, question(i, 1))] += 1;
    scripts[base][is_right(rule, {.script_seed = 2}, question(i, 1))] += 1;
  }
  EXPECT_LT(chi_square(seeds), 10.83);
  EXPECT_LT(chi_square(messages), 10.83);
  EXPECT_LT(chi_square(rules), 10.83);
  EXPECT_LT(chi_square(scripts), 10.83);
}

TEST(ChooseAnswer, NeverGivesAnAnswerOfNoWeight) {
  Rule rule;
  rule.answers = {
      {.text = "a", .weight = 0}, {.text = "b", .weight = 3}, {.text = "c", .weight = 0}};
  for (int i = 0; i < 100; ++i) EXPECT_EQ(choose_answer(rule, {}, question(i, 1)).text, "b");
}

}  // namespace
}  // namespace assay::endpoint
