"""What assay learns of memory from the guests of a study: predicted against actual by component is
kept for this machine, and a store that cannot be written never disturbs the study."""

import json
import sqlite3
import unittest

from program import SOURCE, StudyTest, engine

MODEL = SOURCE / "models" / "pebble-s.gguf"
MEBIBYTE = 1 << 20
ROUNDING = 1 << 16
EXACT = ["weights", "repacked", "full", "windowed", "latent", "recurrent"]

STUDY = f"""[study]
name = "learning"
tasks = "{SOURCE}/examples/packs/deskwork"
canaries = 2
looks = 1
[[model]]
name = "s"
gguf = "{MODEL}"
[baseline]
temperature = 0.0
max_tokens = 8
context = 1024
[factors]
context = [2048]
"""


@unittest.skipUnless(engine(), "no llama-server: run tools/engine")
class LearningTest(StudyTest):
    def rows(self):
        """(settings, predicted, actual) of every guest that was kept."""
        store = sqlite3.connect(f"file:{self.cache / 'machine.db'}?mode=ro", uri=True)
        try:
            rows = store.execute("SELECT settings, predicted, actual FROM guest_memory")
            return [tuple(map(json.loads, row)) for row in rows]
        finally:
            store.close()

    def test_guests_leave_predicted_and_actual_by_component(self):
        self.run_assay("study", "run", self.write("study.toml", STUDY), "--yes")
        rows = self.rows()
        self.assertGreaterEqual(len(rows), 2)
        contexts = {settings[settings.index("--ctx-size") + 1] for settings, _, _ in rows}
        self.assertEqual(contexts, {"1024", "2048"})
        for _, predicted, actual in rows:
            for component in EXACT:
                self.assertLess(abs(predicted[component] - actual[component]), ROUNDING, component)
            self.assertGreater(actual["weights"], 0)
            self.assertGreater(actual["full"], 0)
            self.assertGreater(actual["compute"], 0)
            self.assertEqual(actual["devices"], 0)
            self.assertGreater(actual["resident_loaded"], actual["weights"])
            self.assertGreaterEqual(actual["resident"], actual["resident_loaded"])
            self.assertLess(actual["resident"], 256 * MEBIBYTE)

    def test_an_estimate_says_what_it_learned_and_how_good_that_has_been(self):
        estimate = ["gguf", "estimate", MODEL, "--ctx", "1024", "--slots", "1"]
        before = self.record(*estimate)
        self.assertEqual(before["correction"]["readings"], 0)
        self.assertFalse(before["correction"]["applied"])
        self.run_assay("study", "run", self.write("study.toml", STUDY), "--yes")
        after = self.record(*estimate)
        correction = after["correction"]
        self.assertEqual(correction["readings"], 2)
        self.assertEqual(correction["inexact"], 0)
        self.assertEqual(correction["record"]["readings"], 2)
        self.assertEqual(after["kv_bytes"], before["kv_bytes"])
        self.assertEqual(after["weights_bytes"], before["weights_bytes"])
        resident = max(actual["resident"] for _, _, actual in self.rows())
        if correction["applied"]:
            off = abs(after["resident_bytes"] - resident)
            self.assertLessEqual(off, abs(before["resident_bytes"] - resident))
        out, _ = self.run_assay(*estimate)
        self.assertIn("correction ", out)
        self.assertIn("its error ", out)

    def test_a_speed_above_the_bandwidth_of_the_memory_is_rejected(self):
        self.run_assay("scope", "--no-engine")
        store = sqlite3.connect(self.cache / "machine.db")
        (record,) = store.execute("SELECT record FROM scope").fetchone()
        slow = json.loads(record)
        self.slow_down(slow)
        with store:
            store.execute("UPDATE scope SET record = ?", (json.dumps(slow),))
        store.close()
        _, err = self.run_assay("study", "run", self.write("study.toml", STUDY), "--yes")
        self.assertIn("warning: its speed is rejected", err)
        (smoke,) = self.events("smoke")
        self.assertIn("this machine reads", smoke["tokens_per_s_rejected"])

    def slow_down(self, record):
        """A memory of 1,000 bytes per second and no caches."""
        for key, value in record.items():
            if key == "read_bytes_per_s":
                record[key] = 1000.0
            elif key in ("cache_bytes", "caches"):
                record[key] = 0 if key == "cache_bytes" else []
            elif isinstance(value, dict):
                self.slow_down(value)

    def test_a_store_that_cannot_be_written_does_not_disturb_the_study(self):
        # A folder stands where the file should be: that stops root too, whom permissions do not.
        (self.cache / "machine.db").mkdir()
        out, err = self.run_assay("study", "run", self.write("study.toml", STUDY), "--yes")
        self.assertIn("report: ", out)
        self.assertEqual(err.count("note: what this guest held is not kept"), 1)
        self.assertEqual(self.record("study", "status", "latest")["state"], "done")

    def test_a_store_of_another_program_is_left_as_it_is(self):
        (self.cache / "machine.db").write_text("not a database, and somebody's own")
        _, err = self.run_assay("study", "run", self.write("study.toml", STUDY), "--yes")
        self.assertIn("note: what this guest held is not kept", err)
        kept = (self.cache / "machine.db").read_text()
        self.assertEqual(kept, "not a database, and somebody's own")


if __name__ == "__main__":
    unittest.main()
