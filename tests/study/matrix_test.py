"""A matrix is checked before anything is asked, and what its cells move arrives at the model."""

import json
import sqlite3
import unittest
import urllib.request

from program import StudyTest, cases, study

ECHO = """
[[rule]]
name = "rich and thinking"
match.contains = "Think first."
match.field = { "chat_template_kwargs.enable_thinking" = true }
reply = "no"
[[rule]]
name = "rich"
match.contains = "Think first."
reply = "yes"
[[rule]]
name = "second turn, with the first reply"
match.turn = 2
match.field = { "messages.1.content" = "well" }
reply = "yes"
[[rule]]
name = "thinking"
match.field = { "chat_template_kwargs.enable_thinking" = true }
reply = "hm, well"
[[rule]]
name = "plain"
reply = "well"
"""

PROMPTS = """
[prompts.rich]
user = "Think first. {{prompt}}"
"""


class MatrixTest(StudyTest):
    def records(self, url):
        with urllib.request.urlopen(url.removesuffix("/v1") + "/twin/records", timeout=60) as reply:
            return json.load(reply)["records"]

    def test_two_settings_in_a_cell_are_refused_before_anything_is_asked(self):
        url = self.start_twin(ECHO)
        self.write("cases.jsonl", cases(3))
        double = '\n[[cell]]\nname = "double"\nset = { top_p = 0.5, temperature = 0.9 }\n'
        file = self.write("study.toml", study(url) + double)
        _, err = self.run_assay("study", "run", file, "--yes", expect=3)
        self.assertIn("cell `twin/double`", err)
        self.assertIn("temperature (0.0 → 0.9), top_p (not set → 0.5)", err)
        self.assertEqual(self.records(url), [])

    def test_prompt_and_reasoning_reach_the_model_and_the_check_is_not_judged(self):
        url = self.start_twin(ECHO)
        self.write("cases.jsonl", cases(12))
        text = study(url, 'prompt = ["rich"]\nthinking = [true]').replace(
            "temperature = 0.0", "thinking = false"
        )
        file = self.write("study.toml", text + PROMPTS)
        self.run_assay("study", "run", file, "--yes")
        cells = self.record("study", "report", "latest")["models"][0]["cells"]
        found = {cell["id"]: (cell["kind"], cell["accuracy"], cell["verdict"]) for cell in cells}
        self.assertEqual(found["twin/baseline"], ("baseline", 0.0, None))
        self.assertEqual(found["twin/prompt=rich"], ("level", 1.0, "better"))
        self.assertEqual(found["twin/thinking=true"][:2], ("level", 0.0))
        self.assertEqual(
            found["twin/check:prompt=rich+thinking=true"], ("check", 0.0, None)
        )
        self.assertEqual(self.record("decide", "latest")["cell"], "twin/prompt=rich")
        exported, _ = self.run_assay("export", "latest", "--for", "openai")
        self.assertIn("Think first. Your prompt here.", exported)

    def test_a_conversation_is_one_trial_and_too_few_turns_are_a_limit(self):
        url = self.start_twin(ECHO)
        self.write("cases.jsonl", cases(4).replace('"expect"', '"follow_ups":["And?"],"expect"'))
        file = self.write("study.toml", study(url, "turns = [1, 2]"))
        _, err = self.run_assay("study", "run", file, "--yes")
        self.assertIn("twin/turns=2: left out", err)
        journal = sqlite3.connect(f"file:{self.home / 'journal.db'}?mode=ro", uri=True)
        self.addCleanup(journal.close)
        found = journal.execute(
            "SELECT cell, outcome, outcome_class, reply, attempts, count(*) FROM trial"
            " GROUP BY 1, 2, 3, 4, 5 ORDER BY 1"
        ).fetchall()
        self.assertEqual(
            found,
            [
                ("twin/baseline", "scored", "", "yes", 2, 12),
                ("twin/turns=1", "limit", "turns", "well", 1, 12),
            ],
        )

    def test_the_smoke_run_holds_whole_conversations(self):
        url = self.start_twin(ECHO)
        self.write("cases.jsonl", cases(4).replace('"expect"', '"follow_ups":["And?"],"expect"'))
        file = self.write("study.toml", study(url, ""))
        self.run_assay("study", "run", file, "--yes")
        turns = [record["rule"] for record in self.records(url)]
        self.assertEqual(turns, ["plain", "second turn, with the first reply"] * (1 + 4 * 3))


# A model that a rich prompt disturbs only while it reasons.
DISTURBED = """
[[rule]]
name = "disturbed"
match.any_contains = "Work through the checklist"
match.field = { "chat_template_kwargs.enable_thinking" = true }
reply = "no"
[[rule]]
name = "rich"
match.any_contains = "Work through the checklist"
reply = "yes, checked"
[[rule]]
name = "thinking"
match.field = { "chat_template_kwargs.enable_thinking" = true }
reply = "yes"
reasoning = "Let me think."
[[rule]]
name = "thin"
reply = "yes"
"""


class PromptAgainstReasoningTest(StudyTest):
    def test_a_rich_prompt_that_harms_only_with_reasoning_is_named(self):
        url = self.start_twin(DISTURBED)
        self.write("cases.jsonl", cases(30))
        text = study(url, 'prompt = ["rich"]\nthinking = [true]').replace(
            "temperature = 0.0", "thinking = false"
        )
        rich = '[prompts.rich]\nsystem = "Work through the checklist before you answer."\n'
        self.run_assay("study", "run", self.write("study.toml", text + rich), "--yes")
        model = self.record("study", "report", "latest")["models"][0]
        kinds = {cell["id"]: cell["kind"] for cell in model["cells"]}
        self.assertEqual(kinds["twin/check:prompt=rich+thinking=true"], "check")
        (trap,) = [trap for trap in model["traps"] if trap["name"] == "rich_prompt_harm"]
        self.assertFalse(trap["figures"]["without_reasoning"]["harm"])
        self.assertTrue(trap["figures"]["with_reasoning"]["harm"])
        self.assertEqual(trap["figures"]["with_reasoning"]["thin_accuracy"], 1.0)
        self.assertEqual(trap["figures"]["with_reasoning"]["rich_accuracy"], 0.0)


if __name__ == "__main__":
    unittest.main()
