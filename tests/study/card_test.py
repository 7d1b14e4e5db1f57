"""Cards, comparisons and gates of real studies: every claim derives again, every change is seen."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest
import xml.etree.ElementTree as ElementTree

from program import ASSAY, HOT, SOURCE, StudyTest, cases, study

TWIN = HOT + """
[[rule]]
name = "narrow"
match.field = { top_p = 0.9 }
reply = "yes!"
[[rule]]
name = "cool"
reply = "yes"
usage = { prompt_tokens = 7, completion_tokens = 3 }
"""

GUEST = """[study]
name = "guest"
tasks = "cases.jsonl"
[[model]]
name = "xs"
gguf = "xs.gguf"
[baseline]
max_tokens = 4
context = 256
threads = 1
[factors]
temperature = [1.5]
"""

HOLDS, DOES_NOT_HOLD, STALE, GATE_FAILED, BAD_INPUT, USAGE = 0, 9, 10, 11, 3, 2


class CardTest(StudyTest):
    def card(self, model="twin"):
        (path,) = self.home.glob(f"studies/*/card-{model}.json")
        return path

    def run_twin_study(self, factors="temperature = [1.0]"):
        url = self.start_twin(TWIN)
        self.write("cases.jsonl", cases(40))
        file = self.write("study.toml", study(url, factors))
        self.run_assay("study", "run", file, "--yes")
        return file

    def check_claims(self, card):
        """Pastes each claim's command into a shell."""
        environment = dict(os.environ, ASSAY_HOME=str(self.home))
        environment["PATH"] = f"{pathlib.Path(ASSAY).resolve().parent}:{environment['PATH']}"
        for claim in json.loads(card.read_text())["claims"]:
            done = subprocess.run(["bash", "-c", claim["command"]], env=environment,
                                  stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  check=False)
            self.assertEqual(done.returncode, 0, claim["command"])
            printed = done.stdout.removesuffix("\n")
            if isinstance(claim["value"], str):
                self.assertEqual(printed, claim["value"], claim["id"])
            else:
                self.assertAlmostEqual(float(printed), claim["value"], places=9, msg=claim["id"])

    def test_every_claim_of_an_endpoints_card_derives_again(self):
        if shutil.which("sqlite3") is None:
            self.skipTest("no sqlite3 on this machine")
        self.run_twin_study(
            "temperature = [1.0]\nsystem_prompt = ['''It's \"so\" $HOME `id` \\ !''']")
        self.check_claims(self.card())

    def test_a_card_holds_until_a_value_or_its_study_changes(self):
        file = self.run_twin_study()
        out, _ = self.run_assay("verify", self.card())
        self.assertIn("holds", out)
        self.assertNotIn("stale", out)
        altered = self.write(
            "altered.json", self.card().read_text().replace('"accuracy": 1.0', '"accuracy": 0.9', 1)
        )
        out, err = self.run_assay("verify", altered, "--json", expect=DOES_NOT_HOLD)
        self.assertEqual(json.loads(out)["discrepancies"][0]["path"], "/baseline/accuracy")
        self.assertIn("are not what the journal gives", err)
        file.write_text(file.read_text().replace("[study]", "[study]\nmargin = 0.2"))
        out, _ = self.run_assay("verify", self.card(), expect=STALE)
        self.assertIn("margin: 0.05 → 0.2", out)
        out, _ = self.run_assay("study", "report", "latest")
        self.assertIn("margin: 0.05 → 0.2", out)
        file.unlink()
        out, _ = self.run_assay("verify", self.card())
        self.assertIn("gone; the journal's copy was compared instead", out)
        self.write("cases.jsonl", cases(39))
        out, _ = self.run_assay("verify", self.card(), expect=STALE)
        self.assertIn("task pack cases", out)
        self.assertIn("canaries left out", out)

    def test_what_is_no_card_of_this_journal_is_refused(self):
        self.run_twin_study()
        for text in ("", "{", "[]", "\x00", '{"format":1}', '{"format":99}'):
            self.run_assay("verify", self.write("no.json", text), expect=BAD_INPUT)
        card = json.loads(self.card().read_text())
        card["study"] = "elsewhere-1a2b3c4d"
        _, err = self.run_assay("verify", self.write("other.json", json.dumps(card)),
                                expect=BAD_INPUT)
        self.assertIn("hint: name the home", err)

    def test_a_model_file_that_changes_or_goes_makes_its_card_stale(self):
        shutil.copy(SOURCE / "models/pebble-xs.gguf", self.folder / "xs.gguf")
        self.write("cases.jsonl", cases(4))
        self.run_assay("study", "run", self.write("study.toml", GUEST), "--yes")
        if shutil.which("sqlite3"):
            self.check_claims(self.card("xs"))
        self.run_assay("verify", self.card("xs"), expect=HOLDS)
        with open(self.folder / "xs.gguf", "ab") as model:
            model.write(b"x")
        out, _ = self.run_assay("verify", self.card("xs"), expect=STALE)
        self.assertIn("xs.gguf", out)
        (self.folder / "xs.gguf").unlink()
        out, _ = self.run_assay("verify", self.card("xs"), expect=STALE)
        self.assertIn("→ gone", out)


class GateTest(StudyTest):
    def test_gates_end_runs_reports_and_comparisons(self):
        url = self.start_twin(TWIN)
        self.write("cases.jsonl", cases(40))
        file = self.write("study.toml", study(url))
        self.run_assay("study", "run", file, "--yes", "--fail-on", "nonsense", expect=USAGE)
        _, err = self.run_assay("study", "run", file, "--yes", "--fail-on", "worse",
                                "--fail-on", "accuracy<0.5", expect=GATE_FAILED)
        self.assertIn("worse: twin/temperature=1.0 is worse", err)
        self.assertNotIn("accuracy<0.5:", err)
        self.run_assay("study", "report", "latest", "--fail-on", "no-decision,accuracy<0.5")
        out, _ = self.run_assay("study", "report", "latest", "--format", "junit", "--fail-on",
                                "worse", expect=GATE_FAILED)
        suites = ElementTree.fromstring(out)
        self.assertEqual([suite.get("name") for suite in suites], ["twin", "decision"])
        failed = [case.get("name") for case in suites.iter("testcase")
                  if case.find("failure") is not None]
        self.assertEqual(failed, ["temperature 1.0"])
        report = self.folder / "report.xml"
        self.run_assay("study", "report", "latest", "--format", "junit", "--out", report)
        self.assertEqual(ElementTree.parse(report).getroot().get("failures"), "0")

    def test_a_comparison_finds_what_became_worse(self):
        url = self.start_twin(TWIN)
        self.write("cases.jsonl", cases(40))
        text = study(url, "top_p = [0.9]")
        then = self.write("then.toml", text.replace('"scripted"', '"then"'))
        now = self.write("now.toml", text.replace('"scripted"', '"now"').replace(
            "temperature = 0.0", "temperature = 1.0"))
        self.run_assay("study", "run", then, "--yes")
        self.run_assay("study", "run", now, "--yes")
        record = self.record("compare", "then", "now")
        row = record["cells"][0]
        self.assertEqual((row["first"], row["paired"], row["trials_matched"], row["verdict"]),
                         ("twin/baseline", True, 120, "worse"))
        self.run_assay("compare", "then", "now", "--fail-on", "worse", expect=GATE_FAILED)
        self.run_assay("compare", "then", "then", "--fail-on", "worse")
        out, _ = self.run_assay("compare", "now", "then", "--cell", "twin/baseline", "--with",
                                "twin/top_p=0.9")
        self.assertIn("better", out)


if __name__ == "__main__":
    unittest.main()
