"""What the twin's script says of a model is what the report says, and failures keep their class."""

import unittest

from program import HOT, StudyTest, cases, study

TRUTH = HOT + """
[[rule]]
name = "mild"
match.field = { temperature = 0.5 }
reply = "yes, yes"
[[rule]]
name = "cool"
reply = "yes"
usage = { prompt_tokens = 7, completion_tokens = 3 }
"""


def cell(report, identifier):
    return next(c for m in report["models"] for c in m["cells"] if c["id"] == identifier)


class TruthTest(StudyTest):
    def test_a_scripted_accuracy_is_found_and_decided(self):
        url = self.start_twin(TRUTH)
        self.write("cases.jsonl", cases(40))
        file = self.write("study.toml", study(url, 'temperature = [0.5, 1.0]'))
        self.run_assay("study", "run", file, "--yes")
        report = self.record("study", "report", "latest")
        baseline = cell(report, "twin/baseline")
        self.assertIsNone(baseline["factor"])
        self.assertIsNone(baseline["verdict"])
        self.assertEqual(baseline["n"], 120)
        self.assertEqual(baseline["accuracy"], 1.0)
        hot = cell(report, "twin/temperature=1.0")
        self.assertEqual(hot["verdict"], "worse")
        self.assertLess(hot["accuracy_low"], 0.4)
        self.assertGreater(hot["accuracy_high"], 0.4)
        self.assertLess(hot["delta_low"], -0.6)
        self.assertGreater(hot["delta_high"], -0.6)
        mild = cell(report, "twin/temperature=0.5")
        self.assertIn(mild["verdict"], ("equivalent", "undecided"))
        self.assertEqual(mild["delta"], 0.0)
        self.assertLess(mild["delta_low"], 0.0)
        decision = self.record("decide", "latest")
        self.assertEqual(decision["model"], "twin")
        self.assertNotIn("temperature=1", decision["cell"])
        exported, _ = self.run_assay("export", "latest", "--for", "openai")
        self.assertIn('"temperature"', exported)

    def test_without_repeats_there_is_no_verdict(self):
        url = self.start_twin(TRUTH)
        self.write("cases.jsonl", cases(10))
        file = self.write("study.toml", study(url, more="repeats = 1"))
        self.run_assay("study", "run", file, "--yes", expect=3)
        self.run_assay("study", "run", file, "--yes", "--allow-single")
        for shown in self.record("study", "report", "latest")["models"][0]["cells"]:
            self.assertIsNone(shown["verdict"])
        self.run_assay("export", "latest", "--for", "openai", expect=3)


FAULTS = """
[[rule]]
name = "cut"
match.contains = "Case 1"
reply = "yes yes yes"
cut_after = 1
[[rule]]
name = "html"
match.contains = "Case 2"
status = 502
content_type = "text/html"
body = "<html>Bad gateway</html>"
[[rule]]
name = "long"
match.contains = "Case 3"
reply = "a b c d e f g h"
[[rule]]
name = "overflow"
match.contains = "Case 4"
status = 400
body = '''
{"error":{"code":400,"type":"exceed_context_size_error",
"message":"the request exceeds the available context size"}}'''
[[rule]]
name = "refused"
match.contains = "Case 5"
status = 400
body = '{"error":{"message":"temperature is not supported"}}'
[[rule]]
name = "hang"
match.contains = "Case 6"
hang = true
[[rule]]
name = "rest"
reply = "yes"
"""


TRAPS = """
[twin]
model = "vendor/mini"
first_token_ms = 20
[[rule]]
name = "no tools while thinking"
match.field = { tool_choice = "required" }
status = 400
reply = "tool_choice required does not go with thinking"
[[rule]]
name = "slow and busy"
match.contains = "Case 1"
status = 503
first_token_ms = 700
reply = "try again"
[[rule]]
name = "rambling"
match.contains = "Case 2"
reply = "a b c d e f g h"
[[rule]]
name = "too long"
match.contains = "Case 3"
status = 400
body = '{"error":{"code":400,"type":"exceed_context_size_error","message":"too long"}}'
[[rule]]
name = "deaf"
match.contains = "Case 4"
ignore_max_tokens = true
reply = "yes b c d e f g"
[[rule]]
name = "costly"
match.field = { reasoning_effort = "high" }
reply = "yes and yes"
[[rule]]
name = "rest"
reply = "yes"
"""
TOOL_CASE = (
    '{"id":"tool","prompt":"Case T","expect":"yes","scorer":"contains","tools":[{"type":"function",'
    '"function":{"name":"look_up","parameters":{"type":"object","properties":{}}}}]}\n'
)


class TrapTest(StudyTest):
    def test_what_a_server_does_to_a_study_is_named(self):
        url = self.start_twin(TRAPS)
        self.write("cases.jsonl", cases(10) + TOOL_CASE)
        factors = 'tool_choice = ["required"]\nreasoning_effort = ["high"]'
        file = self.write(
            "study.toml",
            study(url, more="timeout_s = 1.5\nlooks = 1", factors=factors).replace(
                "temperature = 0.0", "temperature = 0.0\nmax_tokens = 6"
            ),
        )
        self.run_assay("study", "run", file, "--yes")
        (model,) = self.record("study", "report", "latest")["models"]
        traps = {}
        for trap in model["traps"]:
            name = (trap["name"], trap["figures"].get("setting"))
            traps.setdefault(name, {})[trap["cell"].removeprefix("twin/")] = trap["figures"]
        cells = ["baseline", "tool_choice=required", "reasoning_effort=high"]
        of_each_cell = ["retries_ate_deadline", "context_overflow"]
        for name in of_each_cell:
            self.assertEqual(list(traps.pop((name, None))), cells, name)
        refused = traps.pop(("tool_choice_rejected", None))
        self.assertEqual(list(refused), ["tool_choice=required"])
        self.assertEqual(refused["tool_choice=required"]["rejected"], 3)
        self.assertIn("does not go with thinking", refused["tool_choice=required"]["words"])
        costly = traps.pop(("cost_without_quality", None))
        self.assertEqual(list(costly), ["reasoning_effort=high"])
        self.assertGreater(costly["reasoning_effort=high"]["tokens_ratio"], 1.25)
        ignored = traps.pop(("setting_changed_by_server", "max_tokens"))
        self.assertEqual(ignored["baseline"]["got"], 7)
        served = traps.pop(("setting_changed_by_server", "model"))
        self.assertEqual(served["baseline"]["got"], "vendor/mini")
        self.assertEqual(traps, {}, "fewer than a tenth of the replies were cut")


class FailureTest(StudyTest):
    def test_each_failure_has_its_class_and_the_study_goes_on(self):
        url = self.start_twin(FAULTS)
        # With this seed the endpoint never fails three times in a row.
        more = "timeout_s = 1.5\nlooks = 1\nseed = 5"
        self.write("cases.jsonl", cases(10))
        file = self.write(
            "study.toml",
            study(url, more=more, factors="max_tokens = [4]").replace(
                "temperature = 0.0", "temperature = 0.0\nmax_tokens = 6"
            ),
        )
        self.run_assay("study", "run", file, "--yes")
        kinds = {}
        for _, outcome, outcome_class in self.trials():
            key = f"{outcome}({outcome_class})" if outcome_class else outcome
            kinds[key] = kinds.get(key, 0) + 1
        self.assertEqual(
            kinds,
            {
                "scored": 24,
                "infrastructure(cut_stream)": 6,
                "infrastructure(server_error)": 6,
                "limit(tokens)": 6,
                "limit(context)": 6,
                "model_failure(rejected)": 6,
                "limit(time)": 6,
            },
        )
        status = self.record("study", "status", "latest")["trials"]
        self.assertEqual(
            status, {"planned": 60, "done": 60, "scored": 24, "failed": 24, "infrastructure": 12}
        )

    def test_an_endpoint_that_goes_away_stops_the_study(self):
        url = self.start_twin(
            '[[rule]]\nreply = "yes"\nmatch.times = 9\n[[rule]]\nreset = true\nraw = ""\n'
        )
        self.write("cases.jsonl", cases(10))
        file = self.write("study.toml", study(url))
        _, err = self.run_assay("study", "run", file, "--yes", expect=4)
        self.assertIn("assay study resume", err)


if __name__ == "__main__":
    unittest.main()
