// The scenarios in examples/load, which people copy, and the page that describes their keys.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "base/file.h"
#include "base/text.h"
#include "load/conversation.h"
#include "load/scenario.h"
#include "load/summary.h"
#include "load/trace.h"

namespace assay::load {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// By name without its ending.
std::map<std::string, Scenario> examples() {
  std::map<std::string, Scenario> found;
  for (const auto& entry : std::filesystem::directory_iterator(ASSAY_LOAD_EXAMPLES)) {
    if (entry.path().extension() != ".toml") continue;
    auto scenario = load_scenario(entry.path());
    EXPECT_TRUE(scenario.has_value()) << scenario.error().to_string();
    if (scenario.has_value()) found[entry.path().stem().string()] = std::move(*scenario);
  }
  return found;
}

/// A tokenizer whose tokens are words.
base::Result<std::int64_t> count_words(const std::string& text) {
  const auto words = base::split(text, ' ');
  return std::count_if(words.begin(), words.end(), [](const auto& word) { return !word.empty(); });
}

TEST(Examples, OfScenariosAreRead) {
  const std::map<std::string, Scenario> found = examples();
  std::vector<std::string> names;
  for (const auto& [name, scenario] : found) names.push_back(name);
  EXPECT_THAT(names, ElementsAre("breakpoint", "conversations", "load", "replay", "smoke", "soak",
                                 "spike", "stress", "sweep"));
  for (const auto& [name, scenario] : found) {
    EXPECT_EQ(scenario.name, name);
    ASSERT_EQ(scenario.targets.size(), 1U) << name;
    EXPECT_EQ(scenario.targets[0].url, "http://127.0.0.1:8080/v1") << name;
    EXPECT_LE(scenario.seconds(), 120) << name << " is long for a first try";
  }
}

TEST(Examples, OfScenariosSayWhatTheySend) {
  for (const auto& [name, scenario] : examples()) {
    std::vector<TraceRequest> trace;
    if (scenario.replay) {
      auto read = read_trace(*scenario.replay);
      ASSERT_TRUE(read.has_value()) << read.error().to_string();
      trace = std::move(*read);
    }
    const auto conversations = make_conversations(scenario, trace, 20, count_words);
    ASSERT_TRUE(conversations.has_value()) << name << ": " << conversations.error().to_string();
    EXPECT_GT(conversations->size(), 0U) << name;
  }
}

/// The keys that a table's reader knows, from what it says about one that it does not.
std::vector<std::string> keys_of(const std::string& scenario) {
  const auto parsed = parse_scenario(scenario, "s", "/");
  EXPECT_FALSE(parsed.has_value()) << scenario;
  if (parsed.has_value()) return {};
  const std::string hint = parsed.error().hint;
  const std::string_view mark = "known keys: ";
  const auto from = hint.find(mark);
  EXPECT_NE(from, hint.npos) << parsed.error().to_string();
  if (from == hint.npos) return {};
  std::vector<std::string> keys = base::split(hint.substr(from + mark.size()), ',');
  for (std::string& key : keys) key = std::string(base::trim(key));
  return keys;
}

/// The page's part under the heading of a table, up to the next such heading.
std::string section_of(const std::string& page, const std::string& heading) {
  const auto from = page.find("\n## " + heading + "\n");
  if (from == page.npos) return "";
  return page.substr(from, page.find("\n## ", from + 1) - from);
}

TEST(Reference, NamesEveryKeyOfAScenario) {
  const std::string page = base::read_file(ASSAY_LOAD_SCENARIO_REFERENCE).value();
  const std::string target = "[target]\nurl = \"http://h/v1\"\n";
  const std::string stage = "[[stage]]\nrate = 1\nfor = \"1 s\"\n";
  const std::string odd = "qqqqqqqq = 1\n";
  const std::map<std::string, std::string> tables{
      {"The file", odd},
      {"`[[target]]`", "[[target]]\n" + odd},
      {"`[[stage]]`", target + "[[stage]]\n" + odd},
      {"`[sweep]`", target + "[sweep]\n" + odd},
      {"`[replay]`", target + "[replay]\n" + odd},
      {"`[breakpoint]`", target + "[breakpoint]\n" + odd},
      {"`[work]`", target + stage + "[work]\n" + odd},
      {"`[client]`", target + stage + "[work]\nprompt = \"x\"\n[client]\n" + odd}};
  for (const auto& [heading, text] : tables) {
    const std::string section = section_of(page, heading);
    ASSERT_FALSE(section.empty()) << "no heading `## " << heading << "`";
    for (const std::string& key : keys_of(text)) {
      EXPECT_THAT(section, HasSubstr("| `" + key + "` |")) << heading;
    }
  }
}

TEST(Reference, NamesEveryFigureAndMeasure) {
  const std::string page = base::read_file(ASSAY_LOAD_SCENARIO_REFERENCE).value();
  for (std::size_t i = 0; i < kMeasures; ++i) {
    const std::string name(name_of(static_cast<Measure>(i)));
    EXPECT_THAT(page, HasSubstr("`" + name + "`"));
  }
  for (const PercentileName& percentile : kPercentiles) {
    EXPECT_THAT(page, HasSubstr("`_" + std::string(percentile.name) + "`"));
  }
  for (const std::string& name : figure_names()) {
    if (name.find("_ms_") != name.npos) continue;
    EXPECT_THAT(page, HasSubstr("| `" + name + "` |"));
  }
  const std::string definitions = base::read_file(ASSAY_LOAD_REFERENCE).value();
  for (std::size_t i = 1; i < kFailures; ++i) {
    const std::string name(name_of(static_cast<Failure>(i)));
    EXPECT_THAT(definitions, HasSubstr("| `" + name + "` |"));
  }
}

}  // namespace
}  // namespace assay::load
