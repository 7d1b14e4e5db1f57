#include "scope/residents.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "endpoint/played_twin_test_support.h"
#include "support/outside.h"

namespace assay::scope {
namespace {

using endpoint::ServerKind;
using testing::ElementsAre;
using testing::IsEmpty;

host::RunningProgram program(pid_t pid, std::vector<std::string> command) {
  return {pid, "name", std::move(command)};
}

TEST(Servers, AreKnownByTheirCommand) {
  EXPECT_EQ(recognise_server(program(1, {"/usr/local/bin/ollama", "serve"})), ServerKind::Ollama);
  EXPECT_EQ(recognise_server(program(1, {"./llama-server", "-m", "x.gguf"})),
            ServerKind::LlamaServer);
  EXPECT_EQ(recognise_server(program(1, {"/opt/LM-Studio.AppImage"})), ServerKind::LmStudio);
  EXPECT_EQ(recognise_server(program(1, {"/usr/bin/python3.11", "/venv/bin/vllm", "serve"})),
            ServerKind::Vllm);
  EXPECT_EQ(recognise_server(program(1, {"python", "-m", "sglang.launch_server"})),
            ServerKind::Sglang);
}

TEST(Servers, AreNotMistakenForOtherPrograms) {
  EXPECT_EQ(recognise_server(program(1, {})), std::nullopt);
  EXPECT_EQ(recognise_server(program(1, {"/usr/bin/vim", "ollama.md"})), std::nullopt);
  EXPECT_EQ(recognise_server(program(1, {"python3", "app.py"})), std::nullopt);
}

TEST(Servers, JoinWhatListensWithWhatAnswers) {
  endpoint::RunningServer answer;
  answer.kind = ServerKind::Ollama;
  answer.base_url = "http://127.0.0.1:11434/v1";
  endpoint::ServedModel loaded;
  loaded.name = "qwen3:8b";
  loaded.loaded = true;
  endpoint::ServedModel idle;
  idle.name = "gemma3:4b";
  idle.loaded = false;
  answer.models = {loaded, idle};
  endpoint::RunningServer foreign;
  foreign.kind = ServerKind::Vllm;
  foreign.base_url = "http://127.0.0.1:8000/v1";
  const auto servers = join_servers({{program(11, {"ollama", "serve"}), 11434},
                                     {program(12, {"llama-server"}), 40001},
                                     {program(13, {"sshd"}), 22},
                                     {program(0, {}), 8000}},
                                    {answer, foreign});
  ASSERT_EQ(servers.size(), 3U);
  EXPECT_EQ(servers[0].name, "vLLM");
  EXPECT_EQ(servers[0].port, 8000);
  EXPECT_EQ(servers[0].pid, 0) << "another user's process";
  EXPECT_EQ(servers[1].name, "Ollama");
  EXPECT_EQ(servers[1].pid, 11);
  EXPECT_THAT(servers[1].models, ElementsAre("qwen3:8b"));
  EXPECT_EQ(servers[2].name, "llama-server");
  EXPECT_EQ(servers[2].port, 40001);
  EXPECT_THAT(servers[2].models, IsEmpty());
}

TEST(Servers, GiveTheirMemoryBackOncePerProcess) {
  Residents residents;
  residents.servers = {
      {"Ollama", 11, 11434, 900, 500}, {"Ollama", 11, 40000, 900, 500}, {"vLLM", 12, 8000, 80, 70}};
  EXPECT_EQ(residents.servers_free_bytes(), 570U);
  const base::Json json = residents.to_json();
  EXPECT_EQ(json["model_servers"][0]["name"], "Ollama");
  EXPECT_EQ(json["model_servers"][0]["memory_bytes"], 900);
  EXPECT_EQ(json["model_servers"][2]["port"], 8000);
}

TEST(Residents, FindAServerOnThisMachineByAsking) {
  const endpoint::PlayedTwin twin(R"(
[[rule]]
match.path = "/api/version"
body = '{"version":"0.12.3"}'
content_type = "application/json"
[[rule]]
match.path = "/api/tags"
body = '{"models":[{"name":"tiny:1b","size":5}]}'
content_type = "application/json"
[[rule]]
match.path = "/api/ps"
body = '{"models":[{"name":"tiny:1b","size":6}]}'
content_type = "application/json"
)");
  test::Outside outside;
  outside.context().environment["OLLAMA_HOST"] = "127.0.0.1:" + std::to_string(twin.port());
  const Residents residents = find_residents(outside.context());
  const auto found = std::find_if(residents.servers.begin(), residents.servers.end(),
                                  [&](const ModelServer& row) { return row.port == twin.port(); });
  ASSERT_NE(found, residents.servers.end());
  EXPECT_EQ(found->name, "Ollama");
  EXPECT_THAT(found->models, ElementsAre("tiny:1b"));
  EXPECT_EQ(found->pid, ::getpid()) << "the test listens itself";
  EXPECT_GT(found->memory_bytes, 0U);
}

}  // namespace
}  // namespace assay::scope
