#include "endpoint/running_servers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "endpoint/guest.h"
#include "endpoint/played_twin_test_support.h"
#include "support/byte_server.h"
#include "support/outside.h"
#include "support/temporary_folder.h"

namespace assay::endpoint {
namespace {

using test::Outside;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

/// Only a hang reaches it.
constexpr std::chrono::seconds kLong{60};

net::Url loopback(std::uint16_t port) {
  net::Url url;
  url.host = "127.0.0.1";
  url.port = port;
  return url;
}

std::vector<RunningServer> ask(std::uint16_t port) {
  return find_running_servers({loopback(port)}, nullptr, kLong);
}

/// A twin rule that answers `path` with this JSON.
std::string answering(std::string_view path, std::string_view body, int status = 200) {
  return fmt::format(
      "[[rule]]\nmatch.path = \"{}\"\nbody = '''{}'''\nstatus = {}\n"
      "content_type = \"application/json\"\n",
      path, body, status);
}

/// The one server that a twin with these rules is taken for.
RunningServer taken_for(const std::string& rules) {
  const PlayedTwin twin(rules);
  const auto servers = ask(twin.port());
  EXPECT_THAT(servers, SizeIs(1));
  return servers.empty() ? RunningServer{} : servers.front();
}

TEST(RunningServersTest, OllamaListsItsStoreAndWhatIsLoaded) {
  const RunningServer server = taken_for(answering("/api/version", R"({"version":"0.12.3"})") +
                                         answering("/api/tags", R"({"models":[
        {"name":"qwen3:8b","size":5225388164,
         "details":{"family":"qwen3","parameter_size":"8.2B","quantization_level":"Q4_K_M"}},
        {"name":"llama3.2:1b","size":1321098329,
         "details":{"parameter_size":"1.2B","quantization_level":"Q8_0"}}]})") +
                                         answering("/api/ps", R"({"models":[
        {"name":"qwen3:8b","size":6654289920,"size_vram":0,"context_length":8192}]})"));
  EXPECT_EQ(server.kind, ServerKind::Ollama);
  EXPECT_EQ(server.version, "0.12.3");
  ASSERT_THAT(server.models, SizeIs(2));
  EXPECT_EQ(server.models[0].name, "qwen3:8b");
  EXPECT_EQ(server.models[0].size_bytes, 5225388164U);
  EXPECT_EQ(server.models[0].quantization, "Q4_K_M");
  EXPECT_EQ(server.models[0].parameters, "8.2B");
  EXPECT_EQ(server.models[0].loaded, true);
  EXPECT_EQ(server.models[0].memory_bytes, 6654289920U);
  EXPECT_EQ(server.models[0].context_tokens, 8192U);
  EXPECT_EQ(server.models[1].loaded, false);
  EXPECT_EQ(server.note, "");
}

TEST(RunningServersTest, LmStudioLeavesEmbeddingModelsOut) {
  const RunningServer server = taken_for(answering("/api/v1/models", R"({"models":[
      {"type":"llm","key":"google/gemma-3-4b","size_bytes":3341171712,"params_string":"4B",
       "quantization":{"name":"Q4_0","bits_per_weight":4},"max_context_length":131072,
       "loaded_instances":[{"id":"gemma","config":{"context_length":4096}}]},
      {"type":"embedding","key":"nomic","loaded_instances":[]}]})"));
  EXPECT_EQ(server.kind, ServerKind::LmStudio);
  ASSERT_THAT(server.models, SizeIs(1));
  EXPECT_EQ(server.models[0].name, "google/gemma-3-4b");
  EXPECT_EQ(server.models[0].size_bytes, 3341171712U);
  EXPECT_EQ(server.models[0].quantization, "Q4_0");
  EXPECT_EQ(server.models[0].context_tokens, 4096U);
  EXPECT_EQ(server.models[0].loaded, true);
}

TEST(RunningServersTest, EarlyLmStudioHasAnotherListing) {
  const RunningServer server = taken_for(answering("/api/v0/models", R"({"object":"list","data":[
      {"id":"qwen2.5-7b","type":"llm","arch":"qwen2","compatibility_type":"gguf",
       "quantization":"4bit","state":"not-loaded","max_context_length":32768}]})"));
  EXPECT_EQ(server.kind, ServerKind::LmStudio);
  ASSERT_THAT(server.models, SizeIs(1));
  EXPECT_EQ(server.models[0].loaded, false);
  EXPECT_EQ(server.models[0].context_tokens, 32768U);
}

TEST(RunningServersTest, KoboldIsNotTakenForTheOllamaItImitates) {
  const RunningServer server =
      taken_for(answering("/api/extra/version", R"({"result":"KoboldCpp","version":"1.98"})") +
                answering("/api/v1/model", R"({"result":"koboldcpp/tiny"})") +
                answering("/api/extra/true_max_context_length", R"({"value":4096})") +
                answering("/api/version", R"({"version":"0.7.0"})"));
  EXPECT_EQ(server.kind, ServerKind::KoboldCpp);
  EXPECT_EQ(server.version, "1.98");
  ASSERT_THAT(server.models, SizeIs(1));
  EXPECT_EQ(server.models[0].name, "koboldcpp/tiny");
  EXPECT_EQ(server.models[0].context_tokens, 4096U);
}

TEST(RunningServersTest, SglangAndTabbyHaveListingsOfTheirOwn) {
  const RunningServer sglang = taken_for(
      answering("/get_model_info", R"({"model_path":"org/m","is_generation":true})") +
      answering("/v1/models",
                R"({"data":[{"id":"org/m","owned_by":"sglang","max_model_len":40960}]})") +
      answering("/get_server_info", R"({"version":"0.5.1"})"));
  EXPECT_EQ(sglang.kind, ServerKind::Sglang);
  EXPECT_EQ(sglang.version, "0.5.1");
  ASSERT_THAT(sglang.models, SizeIs(1));
  EXPECT_EQ(sglang.models[0].context_tokens, 40960U);

  const RunningServer tabby = taken_for(answering(
      "/v1/model", R"({"id":"m-exl2","owned_by":"tabbyAPI","parameters":{"max_seq_len":8192}})"));
  EXPECT_EQ(tabby.kind, ServerKind::TabbyApi);
  ASSERT_THAT(tabby.models, SizeIs(1));
  EXPECT_EQ(tabby.models[0].name, "m-exl2");
  EXPECT_EQ(tabby.models[0].context_tokens, 8192U);
}

TEST(RunningServersTest, OwnersTellOpenAiServersApart) {
  const RunningServer vllm = taken_for(
      answering("/v1/models", R"({"data":[{"id":"m","owned_by":"vllm","max_model_len":4096}]})") +
      answering("/version", R"({"version":"0.10.0"})"));
  EXPECT_EQ(vllm.kind, ServerKind::Vllm);
  EXPECT_EQ(vllm.version, "0.10.0");
  EXPECT_EQ(vllm.models.at(0).loaded, true);

  const RunningServer lmdeploy =
      taken_for(answering("/v1/models", R"({"data":[{"id":"m","owned_by":"lmdeploy"}]})"));
  EXPECT_EQ(lmdeploy.kind, ServerKind::LmDeploy);

  const RunningServer other = taken_for("[twin]\nmodel = \"twin-1\"\n");
  EXPECT_EQ(other.kind, ServerKind::OpenAiCompatible);
  EXPECT_EQ(other.models.at(0).name, "twin-1");
  EXPECT_EQ(other.models.at(0).loaded, std::nullopt);
}

TEST(RunningServersTest, RouterTellsWhatIsLoaded) {
  const RunningServer server =
      taken_for(answering("/props", R"({"role":"router"})") +
                answering("/v1/models", R"({"data":[{"id":"a","status":{"value":"loaded"}},
                                                    {"id":"b","status":{"value":"unloaded"}}]})"));
  EXPECT_EQ(server.kind, ServerKind::LlamaServer);
  ASSERT_THAT(server.models, SizeIs(2));
  EXPECT_EQ(server.models[0].loaded, true);
  EXPECT_EQ(server.models[1].loaded, false);
}

TEST(RunningServersTest, ServerThatWantsAKeyIsListedWithANote) {
  const RunningServer server =
      taken_for(answering("/v1/models", R"({"error":{"message":"no key"}})", 401));
  EXPECT_EQ(server.kind, ServerKind::OpenAiCompatible);
  EXPECT_THAT(server.models, IsEmpty());
  EXPECT_THAT(server.note, HasSubstr("key"));
}

TEST(RunningServersTest, WhatIsNoModelServerIsLeftOut) {
  const PlayedTwin pages(answering("/v1/models", "<html></html>"));
  EXPECT_THAT(ask(pages.port()), IsEmpty());
  const PlayedTwin lists(answering("/v1/models", R"({"data":[1,2]})"));
  EXPECT_THAT(ask(lists.port()), IsEmpty());
  test::ByteServer banner({{test::send_bytes("SSH-2.0-OpenSSH_9.2\r\n"), test::hold()}});
  EXPECT_THAT(ask(banner.port()), IsEmpty());
}

TEST(RunningServersTest, MembersOfOtherTypesCountAsNotSaid) {
  const RunningServer server =
      taken_for(answering("/api/version", R"({"version":"1"})") +
                answering("/api/tags", R"({"models":[7,{"name":{},"size":-5,"details":[]},
                                           {"name":"a\u001b[31mb\n","size":1e99}]})") +
                answering("/api/ps", R"({"models":{"name":"a"}})"));
  ASSERT_THAT(server.models, SizeIs(2));
  EXPECT_EQ(server.models[0].name, "");
  EXPECT_EQ(server.models[0].size_bytes, 0U);
  EXPECT_EQ(server.models[1].name, "a[31mb");
}

TEST(RunningServersTest, SilentServerEndsAtTheDeadlineAndHidesNoOther) {
  test::ByteServer silent({{test::read_request(), test::hold()}});
  const PlayedTwin twin("[twin]\nmodel = \"twin-1\"\n");
  const auto servers = find_running_servers({loopback(silent.port()), loopback(twin.port())},
                                            nullptr, std::chrono::seconds(2));
  ASSERT_THAT(servers, SizeIs(1));
  EXPECT_EQ(servers[0].base_url, fmt::format("http://127.0.0.1:{}/v1", twin.port()));
}

TEST(RunningServersTest, EndlessBodyIsNotRead) {
  const std::string much(std::size_t{5} << 20U, 'x');
  std::vector<test::ByteServer::Script> scripts(
      8, {test::read_request(), test::send_reply("\"" + much + "\""), test::close_now()});
  test::ByteServer server(std::move(scripts));
  EXPECT_THAT(ask(server.port()), IsEmpty());
}

TEST(RunningServersTest, InterruptionEndsTheSearch) {
  test::ByteServer silent({{test::read_request(), test::hold()}});
  base::Interrupt interrupt;
  interrupt.request(2);
  EXPECT_THAT(find_running_servers({loopback(silent.port())}, &interrupt, kLong), IsEmpty());
}

TEST(RunningServersTest, RealLlamaServerSaysWhatItServes) {
  Outside outside(Outside::inherited(
      {"HOME", "PATH", "XDG_CACHE_HOME", "ASSAY_LLAMA_SERVER", "ASSAY_ENGINE_CACHE"}));
  const auto engine = find_engine(outside.context());
  if (!engine.has_value()) GTEST_SKIP() << engine.error().message;
  const test::TemporaryFolder folder;
  Guest guest(outside.context(), *engine, folder.path() / "run", folder.path() / "guest.log");
  GuestSettings settings;
  settings.model = std::filesystem::path(ASSAY_SOURCE_DIR) / "models" / "pebble-xs.gguf";
  settings.context_tokens = 512;
  const auto ready = guest.ensure_ready(settings);
  ASSERT_TRUE(ready.has_value()) << ready.error().to_string();
  const net::Url address = net::parse_url(ready->address.base_url).value().with_target("/");

  const auto servers = find_running_servers({address}, nullptr, kLong);
  ASSERT_THAT(servers, SizeIs(1));
  EXPECT_EQ(servers[0].kind, ServerKind::LlamaServer);
  EXPECT_EQ(servers[0].base_url, ready->address.base_url);
  ASSERT_THAT(servers[0].models, SizeIs(1));
  EXPECT_THAT(servers[0].models[0].path, HasSubstr("pebble-xs.gguf"));
  EXPECT_EQ(servers[0].models[0].quantization, "F16");
  EXPECT_EQ(servers[0].models[0].context_tokens, 512U);
  EXPECT_EQ(servers[0].models[0].loaded, true);
}

std::map<std::string, std::string, std::less<>> host_variable(const std::string& value) {
  return {{"OLLAMA_HOST", value}};
}

std::string first_address(const std::string& ollama_host) {
  Outside outside(host_variable(ollama_host));
  return usual_server_addresses(outside.context()).front().authority();
}

TEST(RunningServersTest, OllamaHostMayBeWrittenInSeveralWays) {
  EXPECT_EQ(first_address("127.0.0.1:4000"), "127.0.0.1:4000");
  EXPECT_EQ(first_address(":4000"), "127.0.0.1:4000");
  EXPECT_EQ(first_address("0.0.0.0"), "127.0.0.1:11434");
  EXPECT_EQ(first_address("0.0.0.0:80"), "127.0.0.1");
  EXPECT_EQ(first_address("http://box:4000/"), "box:4000");
  EXPECT_EQ(first_address("http://box"), "box");
  EXPECT_EQ(first_address("not a host"), "127.0.0.1:11434");
}

TEST(RunningServersTest, UsualAddressesNameEachOriginOnce) {
  Outside plain;
  Outside told(host_variable("127.0.0.1"));
  EXPECT_EQ(usual_server_addresses(plain.context()).size(),
            usual_server_addresses(told.context()).size());
}

}  // namespace
}  // namespace assay::endpoint
