"""assay models and assay shortlist, by the built program, in homes that other programs filled."""

import json
import os
import pathlib
import subprocess
import tempfile
import tomllib
import unittest

from model_file import DenseModel

ASSAY = os.environ["ASSAY_BINARY"]
ROOT = pathlib.Path(os.environ["ASSAY_SOURCE_DIR"])
SMALL = DenseModel("small", layers=28, embedding=2560, feed_forward=9728, vocabulary=2000)
LARGE = DenseModel("large", layers=64, embedding=8192, feed_forward=28672, heads=64,
                   vocabulary=2000)


class VerbsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.home = pathlib.Path(folder.name)

    def run_assay(self, *arguments, expect=0):
        # Proxies and other settings of whoever runs the test are left out.
        run = subprocess.run(
            [ASSAY, "--home", self.home / "assay", *map(str, arguments)], cwd=ROOT,
            env={"HOME": str(self.home), "PATH": os.environ["PATH"]}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, check=False, timeout=120)
        self.assertEqual(run.returncode, expect, f"{arguments}\n{run.stdout}\n{run.stderr}")
        return run

    def record(self, *arguments):
        return json.loads(self.run_assay(*arguments, "--json").stdout)

    def fill_home(self):
        SMALL.write(self.home / ".lmstudio/models/maker/small-GGUF/small-Q8_0.gguf")
        LARGE.write(self.home / ".cache/llama.cpp/maker_large_large-Q8_0.gguf")
        digest = "a" * 64
        store = self.home / ".ollama/models"
        (store / "blobs").mkdir(parents=True)
        os.link(self.home / ".lmstudio/models/maker/small-GGUF/small-Q8_0.gguf",
                store / "blobs" / f"sha256-{digest}")
        manifest = store / "manifests/registry.ollama.ai/library/small/4b"
        manifest.parent.mkdir(parents=True)
        manifest.write_text(json.dumps({"layers": [
            {"mediaType": "application/vnd.ollama.image.model", "digest": f"sha256:{digest}"}]}))
        (self.home / "jan/models").mkdir(parents=True)
        (self.home / "jan/models/broken.gguf").write_text("no model")


class Models(VerbsTest):
    def test_lists_each_file_once_with_all_its_names(self):
        self.fill_home()
        record = self.record("models")
        models = {model["name"]: model for model in record["models"]}
        self.assertEqual(set(models), {"small:4b", "maker_large_large-Q8_0"})
        small = models["small:4b"]
        self.assertEqual([name["source"] for name in small["names"]], ["Ollama", "LM Studio"])
        self.assertEqual(small["quantization"], "Q8_0")
        self.assertEqual(small["context_tokens"], 40960)
        self.assertEqual([broken["source"] for broken in record["unusable"]], ["Jan"])
        text = self.run_assay("models").stdout
        self.assertIn("small:4b", text)
        self.assertIn("Ollama, LM Studio", text)
        self.assertIn("cannot be used", text)

    def test_empty_machine_says_where_to_go_on(self):
        run = self.run_assay("models")
        self.assertIn("no models found", run.stdout)
        self.assertIn("--models DIR", run.stderr)

    def test_folder_that_is_not_there_is_bad_input(self):
        run = self.run_assay("models", "--models", self.home / "nowhere", expect=3)
        self.assertIn("nowhere", run.stderr)


class Shortlist(VerbsTest):
    def rows(self, *arguments):
        return self.record("shortlist", "--memory", "20GiB", *arguments)["rows"]

    def test_ranks_what_fits_and_says_why_the_rest_was_dropped(self):
        self.fill_home()
        rows = self.rows("--task", "extraction", "--local")
        self.assertEqual([row["model"] for row in rows], ["small:4b", "maker_large_large-Q8_0"])
        self.assertTrue(rows[0]["kept"] and rows[0]["fits"])
        self.assertEqual(rows[0]["tier"], "2-7B")
        self.assertTrue(rows[0]["path"].endswith("sha256-" + "a" * 64))
        self.assertFalse(rows[1]["kept"] or rows[1]["fits"])
        self.assertIn("20.0 GiB are available", rows[1]["reason"])
        self.assertGreater(rows[1]["resident_bytes"], 20 << 30)
        text = self.run_assay("shortlist", "--task", "extraction", "--local", "--memory",
                              "20GiB").stdout
        self.assertIn("dropped", text)
        self.assertIn("priors, to be tested", text)

    def test_table_needs_no_files(self):
        rows = self.rows("--task", "reasoning", "--catalog")
        self.assertGreater(len(rows), 50)
        self.assertEqual({row["path"] for row in rows}, {None})
        self.assertEqual({row["source"] for row in rows}, {"not downloaded"})
        kept = [row for row in rows if row["kept"]]
        self.assertTrue(all(row["resident_bytes"] <= 20 << 30 for row in kept))
        self.assertEqual(kept[0]["tier"], "13-32B")

    def test_more_context_keeps_fewer(self):
        def kept(context):
            rows = self.rows("--task", "chat", "--catalog", "--ctx", context)
            return {row["model"] for row in rows if row["kept"]}
        self.assertLess(kept(131072), kept(8192))

    def test_own_table_takes_the_place_of_the_shipped_one(self):
        table = self.home / "mine.toml"
        text = (ROOT / "data" / "models.toml").read_text()
        table.write_text("[[model]]".join(text.split("[[model]]")[:2]))
        self.assertEqual(len(self.rows("--task", "chat", "--catalog", "--table", table)), 1)
        table.write_text(table.read_text().replace('architecture = "llama"',
                                                   'architecture = "novel"'))
        run = self.run_assay("shortlist", "--task", "chat", "--catalog", "--table", table)
        self.assertIn("left out: no tensors are known", run.stderr)
        table.write_text("[[model]]\nname = 7\n")
        run = self.run_assay("shortlist", "--task", "chat", "--table", table, expect=3)
        self.assertIn("mine.toml:2", run.stderr)

    def test_wrong_words_are_usage_errors(self):
        self.assertIn("poetry", self.run_assay("shortlist", "--task", "poetry", expect=2).stderr)
        self.run_assay("shortlist", expect=2)
        self.run_assay("shortlist", "--task", "chat", "--local", "--catalog", expect=2)
        self.run_assay("shortlist", "--task", "chat", "--memory", "much", expect=2)


class WriteStudy(VerbsTest):
    def write(self, task, *arguments):
        study = self.home / f"{task}.toml"
        self.run_assay("shortlist", "--task", task, "--local", "--models", ROOT / "models",
                       "--ctx", 2048, "--write-study", study, *arguments)
        return study

    def test_every_kind_of_task_gives_a_study_that_plans(self):
        for task in ["extraction", "classification", "tools", "chat", "coding", "reasoning"]:
            study = self.write(task)
            plan = self.record("study", "plan", study)
            written = tomllib.loads(study.read_text())
            self.assertEqual(len(written["model"]), 3, task)
            self.assertEqual(len(plan["cells"]), 12, task)

    def test_cases_of_ones_own(self):
        pack = ROOT / "examples/packs/deskwork/sum.jsonl"
        study = tomllib.loads(self.write("coding", "--pack", pack).read_text())
        self.assertEqual([pathlib.Path(path).name for path in study["study"]["tasks"]],
                         ["sum.jsonl"])

    def test_never_overwrites_and_never_writes_nothing(self):
        study = self.write("tools")
        before = study.read_text()
        run = self.run_assay("shortlist", "--task", "tools", "--write-study", study, expect=3)
        self.assertIn("exists already", run.stderr)
        self.assertEqual(study.read_text(), before)
        run = self.run_assay("shortlist", "--task", "tools", "--catalog", "--write-study",
                             self.home / "none.toml", expect=3)
        self.assertIn("file on this machine", run.stderr)
        self.assertFalse((self.home / "none.toml").exists())


if __name__ == "__main__":
    unittest.main()
