#include "catalog/source.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "catalog/model_files_test_support.h"

namespace assay::catalog {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<std::string> names(const Findings& findings) {
  std::vector<std::string> found;
  for (const FoundFile& file : findings.files) found.push_back(file.name);
  return found;
}

Findings find(void (*source)(const Surroundings&, Findings&), const SomebodysMachine& machine) {
  Findings findings;
  source(machine.surroundings(), findings);
  return findings;
}

std::string digest(char digit) { return std::string(64, digit); }

std::string manifest(const std::string& layers) {
  return fmt::format(
      R"({{"schemaVersion":2,"config":{{"mediaType":"application/vnd.docker.container.image.v1+json",
          "digest":"sha256:{}"}},"layers":[{}]}})",
      digest('c'), layers);
}

std::string layer(const std::string& kind, const std::string& sum) {
  return fmt::format(R"({{"mediaType":"application/vnd.ollama.image.{}","digest":"{}","size":9}})",
                     kind, sum);
}

TEST(OllamaTest, ReadsManifestsOfEveryRegistry) {
  const SomebodysMachine machine;
  const fs::path store = machine.home() / ".ollama/models";
  write(store / "blobs" / ("sha256-" + digest('a')), model_bytes());
  write(store / "blobs" / ("sha256-" + digest('b')), model_bytes());
  const std::string first = manifest(layer("template", "sha256:" + digest('d')) + "," +
                                     layer("projector", "sha256:" + digest('e')) + "," +
                                     layer("model", "sha256:" + digest('a')));
  write(store / "manifests/registry.ollama.ai/library/qwen3/8b", first);
  write(store / "manifests/registry.ollama.ai/someone/tuned/latest", first);
  write(store / "manifests/hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF/Q4_K_M",
        manifest(layer("model", "sha256:" + digest('b'))));
  const Findings findings = find(find_in_ollama, machine);
  EXPECT_THAT(names(findings), ElementsAre("hf.co/bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M",
                                           "qwen3:8b", "someone/tuned:latest"));
  EXPECT_EQ(findings.files[1].path.filename(), "sha256-" + digest('a'));
  EXPECT_THAT(findings.unusable, IsEmpty());
}

TEST(OllamaTest, SaysWhatIsWrongWithAManifest) {
  const SomebodysMachine machine;
  const fs::path library = machine.home() / ".ollama/models/manifests/registry.ollama.ai/library";
  write(library / "a/1", "{");
  write(library / "b/1", manifest(layer("model", "sha256:" + digest('a'))));
  write(library / "c/1", manifest(layer("model", "sha256:../../../../etc/passwd")));
  write(library / "d/1", manifest(layer("adapter", "sha256:" + digest('a'))));
  write(library / "e/1", R"({"layers":{"mediaType":7}})");
  const Findings findings = find(find_in_ollama, machine);
  EXPECT_THAT(findings.files, IsEmpty());
  ASSERT_THAT(findings.unusable, SizeIs(5));
  EXPECT_THAT(findings.unusable[0].reason, HasSubstr("damaged"));
  EXPECT_THAT(findings.unusable[1].reason, HasSubstr("ollama pull b:1"));
  EXPECT_THAT(findings.unusable[2].reason, HasSubstr("no valid blob"));
  EXPECT_THAT(findings.unusable[3].reason, HasSubstr("no weights"));
  EXPECT_THAT(findings.unusable[4].reason, HasSubstr("no weights"));
}

TEST(OllamaTest, LooksWhereTheSystemsServiceKeepsItsStore) {
  for (const char* place : {"usr/share/ollama/.ollama/models", "var/lib/ollama"}) {
    const SomebodysMachine machine;
    const fs::path store = machine.root() / place;
    write(store / "blobs" / ("sha256-" + digest('a')), model_bytes());
    write(store / "manifests/registry.ollama.ai/library/m/latest",
          manifest(layer("model", "sha256:" + digest('a'))));
    EXPECT_THAT(names(find(find_in_ollama, machine)), ElementsAre("m:latest")) << place;
  }
}

TEST(OllamaTest, VariableReplacesTheUsualPlaces) {
  const test::TemporaryFolder store;
  const SomebodysMachine machine({{"OLLAMA_MODELS", store.path().string()}});
  const std::string entry = "registry.ollama.ai/library/m/latest";
  const std::string text = manifest(layer("model", "sha256:" + digest('a')));
  write(machine.home() / ".ollama/models/manifests" / entry, text);
  write(store.path() / "manifests" / entry, text);
  write(store.path() / "blobs" / ("sha256-" + digest('a')), model_bytes());
  const Findings findings = find(find_in_ollama, machine);
  EXPECT_THAT(names(findings), ElementsAre("m:latest"));
  EXPECT_THAT(findings.unusable, IsEmpty());
}

TEST(LmStudioTest, FindsOldAndNewFolders) {
  const SomebodysMachine machine;
  write(machine.home() / ".lmstudio/models/lmstudio-community/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M.gguf",
        model_bytes());
  write(machine.home() / ".cache/lm-studio/models/TheBloke/m/m.gguf", model_bytes());
  EXPECT_THAT(names(find(find_in_lm_studio, machine)),
              ElementsAre("lmstudio-community/Qwen3-8B-GGUF/Qwen3-8B-Q4_K_M", "TheBloke/m/m"));
}

TEST(LmStudioTest, FollowsItsPointerAndItsSetting) {
  const SomebodysMachine machine;
  const fs::path moved = machine.root() / "disk/lmstudio";
  const fs::path downloads = machine.root() / "disk/models";
  write(machine.home() / ".lmstudio-home-pointer", moved.string() + "\n");
  write(moved / "settings.json", fmt::format(R"({{"downloadsFolder":"{}"}})", downloads.string()));
  write(moved / "models/a/b/c.gguf", model_bytes());
  write(downloads / "d/e/f.gguf", model_bytes());
  EXPECT_THAT(names(find(find_in_lm_studio, machine)), ElementsAre("d/e/f", "a/b/c"));
}

TEST(HuggingFaceTest, FollowsSnapshotsIntoBlobs) {
  const SomebodysMachine machine;
  const fs::path model =
      machine.home() / ".cache/huggingface/hub/models--unsloth--Qwen3-30B-A3B-GGUF";
  write(model / "blobs" / digest('a'), model_bytes());
  write(model / "refs/main", std::string(40, '1'));
  const fs::path snapshot = model / "snapshots" / std::string(40, '1');
  fs::create_directories(snapshot / "UD");
  fs::create_symlink("../../../blobs/" + digest('a'), snapshot / "UD/m-Q4_K_XL.gguf");
  fs::create_symlink("../../blobs/" + digest('b'), snapshot / "gone.gguf");
  write(snapshot / "config.json", "{}");
  const Findings findings = find(find_in_hugging_face, machine);
  EXPECT_THAT(names(findings), ElementsAre("unsloth/Qwen3-30B-A3B-GGUF/UD/m-Q4_K_XL"));
  ASSERT_THAT(findings.unusable, SizeIs(1));
  EXPECT_THAT(findings.unusable[0].reason, HasSubstr("not there"));
}

TEST(HuggingFaceTest, VariablesMoveTheCache) {
  const test::TemporaryFolder other;
  for (const char* variable : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"}) {
    const SomebodysMachine machine({{variable, other.path().string()}});
    const fs::path hub =
        variable == std::string_view("HF_HOME") ? other.path() / "hub" : other.path();
    write(hub / "models--o--m/snapshots/r/m.gguf", model_bytes());
    EXPECT_THAT(names(find(find_in_hugging_face, machine)), ElementsAre("o/m/m")) << variable;
  }
}

TEST(LlamaCacheTest, NamesFlatFilesByTheAddressTheyCameFrom) {
  const SomebodysMachine machine;
  const fs::path cache = machine.home() / ".cache/llama.cpp";
  const fs::path file = cache / "ggml-org_gemma-3-4b-it-GGUF_gemma-3-4b-it-Q4_K_M.gguf";
  write(file, model_bytes());
  write(file.string() + ".json",
        R"({"etag":"x","url":"https://example.org/ggml-org/gemma-3-4b-it-GGUF/resolve/main/)"
        R"(gemma-3-4b-it-Q4_K_M.gguf"})");
  write(cache / "o_r_plain.gguf", model_bytes());
  write(cache / "o_r_plain.gguf.etag", "x");
  write(cache / "o_r_odd.gguf", model_bytes());
  write(cache / "o_r_odd.gguf.json", R"({"url":"resolve"})");
  write(cache / "o_r_half.gguf.downloadInProgress", "GG");
  EXPECT_THAT(
      names(find(find_in_llama_cache, machine)),
      ElementsAre("ggml-org/gemma-3-4b-it-GGUF/gemma-3-4b-it-Q4_K_M", "o_r_odd", "o_r_plain"));
}

TEST(LlamaCacheTest, VariableMayNameAHub) {
  const test::TemporaryFolder other;
  const SomebodysMachine machine({{"LLAMA_CACHE", other.path().string()}});
  write(other.path() / "models--o--m/snapshots/r/m.gguf", model_bytes());
  EXPECT_THAT(names(find(find_in_llama_cache, machine)), ElementsAre("o/m/m"));
}

TEST(Gpt4AllTest, LeavesUnfinishedDownloadsOutAndFollowsItsSetting) {
  const SomebodysMachine machine;
  const fs::path usual = machine.home() / ".local/share/nomic.ai/GPT4All";
  const fs::path moved = machine.root() / "disk";
  write(machine.home() / ".config/nomic.ai/GPT4All.ini",
        "[General]\nmodelPath=" + moved.string() + "\n");
  write(usual / "a.gguf", model_bytes());
  write(usual / "incomplete-b.gguf", "GG");
  write(moved / "c.gguf", model_bytes());
  const Findings findings = find(find_in_gpt4all, machine);
  EXPECT_THAT(names(findings), ElementsAre("c", "a"));
  ASSERT_THAT(findings.unusable, SizeIs(1));
  EXPECT_THAT(findings.unusable[0].reason, HasSubstr("not ended"));
}

TEST(JanTest, NamesModelsByTheirFolder) {
  const SomebodysMachine machine;
  write(machine.home() / ".local/share/Jan/data/llamacpp/models/unsloth/Qwen3-8B/model.gguf",
        model_bytes());
  EXPECT_THAT(names(find(find_in_jan, machine)), ElementsAre("unsloth/Qwen3-8B"));
}

TEST(LlamafileSourceTest, LooksWhereProgramsAreKeptAndTakesNothingElse) {
  const SomebodysMachine machine;
  write(machine.home() / "Downloads/a.llamafile", "MZ");
  write(machine.home() / "Downloads/b.gguf", model_bytes());
  EXPECT_THAT(names(find(find_llamafiles, machine)), ElementsAre("a"));
}

TEST(SourceTest, NothingIsFoundOnAnEmptyMachineOrWithoutAHome) {
  const SomebodysMachine machine;
  const test::TemporaryFolder root;
  const test::Outside nobody;
  for (const Source& source : sources()) {
    Findings findings;
    source.find(machine.surroundings(), findings);
    source.find({nobody.context(), root.path()}, findings);
    EXPECT_THAT(findings.files, IsEmpty()) << source.name;
    EXPECT_THAT(findings.unusable, IsEmpty()) << source.name;
  }
}

}  // namespace
}  // namespace assay::catalog
