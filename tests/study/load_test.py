"""Studies that measure under load: against the scripted twin, whose failures are certain, and on
the real engine with a shipped model."""

import unittest

from program import SOURCE, StudyTest, engine

TWIN = """
[twin]
[[rule]]
match.field = { temperature = { above = 0.9 } }
status = 500
reply = "too hot"
[[rule]]
reply = "as you say"
"""

STUDY = """[study]
name = "load"
BUDGET
[load]
concurrency = 2
for = "0.2 s"
bursts = BURSTS
objectives = ["ttft_ms < 60000"]
[load.work]
prompt = "Say it"
output_tokens = 8
[[model]]
name = "m"
MODEL
[baseline]
BASELINE
[factors]
FACTORS
"""


class LoadTest(StudyTest):
    def study(self, model, baseline, factors, bursts, budget=""):
        text = STUDY.replace("MODEL", model).replace("BASELINE", baseline)
        text = text.replace("FACTORS", factors).replace("BURSTS", str(bursts))
        return self.write("study.toml", text.replace("BUDGET", budget))

    def twin_study(self, factors, **options):
        url = self.start_twin(TWIN)
        return self.study(f'url = "{url}"\nmodel = "m"', "temperature = 0.0", factors, **options)

    def cells(self):
        record = self.record("study", "report", "latest")
        return {cell["id"]: cell for cell in record["models"][0]["cells"]}

    def test_settings_and_load_are_factors(self):
        file = self.twin_study("temperature = [1.5]\nload_concurrency = [4]", bursts=8)
        out, _ = self.run_assay("study", "run", file, "--yes")
        self.assertIn("8 bursts", out)
        cells = self.cells()
        self.assertEqual(set(cells), {"m/baseline", "m/temperature=1.5", "m/load_concurrency=4"})
        baseline, hot, heavier = cells.values()
        self.assertEqual(baseline["accuracy"], 1)
        self.assertEqual(baseline["load"]["met"], baseline["load"]["requests"])
        self.assertGreater(baseline["load"]["goodput_per_s"], 0)
        self.assertEqual(hot["verdict"], "worse")
        self.assertEqual(set(hot["outcomes"]), {"model_failure(server_failed)"})
        self.assertEqual(hot["load"]["failed"], hot["load"]["requests"])
        self.assertEqual(heavier["accuracy"], 1)
        self.assertEqual(heavier["settings"]["load"], {"concurrency": 4})
        self.assertEqual(heavier["arm"]["state"], "effective")

    def test_the_card_speaks_of_requests_and_objectives(self):
        file = self.twin_study("load_concurrency = [4]", bursts=8)
        self.run_assay("study", "run", file, "--yes")
        card, _ = self.run_assay("study", "report", "latest", "--format", "markdown")
        self.assertIn("Within objectives", card)
        self.assertIn("ttft_ms < 60000", card.replace("\\", ""))
        self.assertIn("2 at a time for 0.2 s", card)
        self.assertIn("Goodput", card)
        for word in ("accura", "canar", "right"):
            self.assertNotIn(word, card.lower().replace("copyright", ""))
        page = next(self.home.glob("studies/*/card-m.json"))
        self.run_assay("verify", page)

    def test_the_plan_says_what_a_burst_takes(self):
        file = self.twin_study("load_concurrency = [4]", bursts=4)
        plan = self.record("study", "plan", file)
        self.assertEqual(plan["runs"], 24)
        self.assertGreater(plan["wall_s_estimate"], 24 * 0.2)
        self.assertEqual(plan["load"]["for_s"], 0.2)
        self.assertEqual([cell.get("load") for cell in plan["cells"]],
                         [{"concurrency": 2}, {"concurrency": 4}])

    def test_a_budget_of_time_binds(self):
        file = self.twin_study("load_concurrency = [4]", bursts=8, budget="budget = { wall_s = 2 }")
        _, err = self.run_assay("study", "run", file, expect=6)
        self.assertIn("exceed the budget", err)
        self.assertEqual(self.trial_count(), 0)

    @unittest.skipUnless(engine(), "no llama-server: run tools/engine")
    def test_slots_of_a_real_server(self):
        model = SOURCE / "models" / "pebble-xs.gguf"
        file = self.study(f'gguf = "{model}"', "parallel = 1\ncontext = 1024", "parallel = [2]", 3)
        self.run_assay("study", "run", file, "--yes")
        for cell in self.cells().values():
            self.assertEqual(cell["n"], 9, cell["outcomes"])
            self.assertGreater(cell["load"]["requests"], 9)
            self.assertGreater(cell["tokens_per_s"], 0)
            self.assertGreater(cell["ttft_ms_p50"], 0)
            self.assertGreater(cell["memory_bytes_peak"], 0)
        self.assertEqual(self.cells()["m/parallel=2"]["arm"]["state"], "effective")


if __name__ == "__main__":
    unittest.main()
