#include "endpoint/chat.h"

#include <gmock/gmock.h>

#include <set>

namespace assay::endpoint {
namespace {

base::Json parse(std::string_view text) { return base::parse_json(text).value(); }

TEST(WireBody, HasItsMembersInOneFixedOrder) {
  ChatRequest request;
  request.messages = parse(R"([{"role":"user","content":"hi"}])");
  request.tools = parse(R"([{"type":"function"}])");
  request.settings = parse(R"({"temperature":0.5,"max_tokens":8,"seed":3})");
  EXPECT_EQ(wire_body({"http://x/v1", "m", ""}, request, true),
            R"({"model":"m","messages":[{"role":"user","content":"hi"}],)"
            R"("tools":[{"type":"function"}],"temperature":0.5,"max_tokens":8,"seed":3,)"
            R"("stream":true,"stream_options":{"include_usage":true}})");
}

TEST(WireBody, LeavesOutWhatIsNotAsked) {
  EXPECT_EQ(wire_body({"http://x/v1", "", "secret"}, {}, false),
            R"({"messages":[],"stream":false})");
}

TEST(WireBody, NeverThrowsOnInvalidUtf8) {
  ChatRequest request;
  request.messages.push_back({{"role", "user"}, {"content", "a\xff"}});
  EXPECT_THAT(wire_body({}, request, false), testing::HasSubstr("a\xef\xbf\xbd"));
}

TEST(FailureClass, NamesAreDistinct) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(FailureClass::Interrupted); ++i) {
    names.insert(name_of(static_cast<FailureClass>(i)));
  }
  EXPECT_EQ(names.size(), 11U);
  EXPECT_EQ(names.count("unknown"), 0U);
}

}  // namespace
}  // namespace assay::endpoint
