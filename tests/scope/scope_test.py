"""`assay scope` as a person calls it: scope_test.py fast, or slow, with the engine."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ASSAY = os.environ["ASSAY_BINARY"]
GRAPHICS = pathlib.Path(os.environ["ASSAY_TEST_GRAPHICS"])
PATIENCE_S = 300
INTERRUPTED, USAGE = 130, 2


class ScopeTest(unittest.TestCase):
    """A home and a cache of its own, so that nothing of this machine's user is touched."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="assay-scope-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.environment = dict(os.environ, XDG_CACHE_HOME=str(self.folder / "cache"))
        if "ASSAY_ENGINE_CACHE" not in os.environ:
            cache = os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")
            self.environment["ASSAY_ENGINE_CACHE"] = str(pathlib.Path(cache) / "assay" / "engine")

    def start(self, *arguments, **environment):
        process = subprocess.Popen(
            [ASSAY, "--home", str(self.folder / "home"), "scope", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**self.environment, **environment})
        self.addCleanup(end, process)
        return process

    def scope(self, *arguments, expect=0, **environment):
        process = self.start(*arguments, **environment)
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, expect, out + err)
        return out, err

    def record(self, *arguments, **environment):
        return json.loads(self.scope(*arguments, "--json", **environment)[0])


class FastTest(ScopeTest):
    def test_a_measurement_is_kept_until_a_fresh_one_is_asked_for(self):
        out, err = self.scope("--no-engine")
        self.assertIn("measuring  memory", err)
        self.assertIn("for a model now", out)
        self.assertNotIn("\x1b", out)
        first = self.record("--no-engine")
        again, progress = self.scope("--no-engine", "--json")
        self.assertEqual(json.loads(again)["id"], first["id"])
        self.assertEqual(progress, "", "nothing was measured")
        fresh = self.record("--no-engine", "--fresh")
        self.assertNotEqual(fresh["id"], first["id"])
        self.assertEqual(self.record("--no-engine")["id"], fresh["id"])

    def test_the_record_holds_together(self):
        record = self.record("--no-engine")
        bandwidth = record["bandwidth"]
        self.assertGreaterEqual(bandwidth["read_bytes_per_s"], bandwidth["read_bytes_per_s_median"])
        self.assertGreater(bandwidth["read_bytes_per_s_median"], 0)
        self.assertGreater(record["disk"]["read_bytes_per_s"], 0)
        self.assertIsNone(record["engine"])
        now = record["now"]
        self.assertEqual(now["memory_for_models_bytes"],
                         max(0, now["memory_available_bytes"] - now["memory_margin_bytes"]))
        self.assertEqual(now["changes"], [])

    def test_an_interrupted_measurement_keeps_nothing(self):
        process = self.start("--no-engine")
        # The first line of progress stands before the first measurement.
        process.stderr.read(len("measuring"))
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, INTERRUPTED, err)
        self.assertFalse((self.folder / "cache" / "assay" / "machine.db").exists())

    def test_cards_are_found_through_their_makers_library(self):
        record = self.record("--no-engine", LD_LIBRARY_PATH=str(GRAPHICS / "nvml"))
        self.assertEqual(record["machine"]["gpus"][0], "NVIDIA H200 (140 GiB)")
        self.assertEqual(record["now"]["graphics_cards"][0]["power_limit_w"], 700.0)
        self.assertEqual(record["machine"]["unified_memory"], "NVIDIA GB10")
        self.assertNotEqual(self.record("--no-engine")["id"], record["id"],
                            "without the cards it is another machine")

    def test_a_cache_that_is_no_folder_is_named(self):
        (self.folder / "cache").write_text("in the way")
        _, err = self.scope("--no-engine", expect=7)
        self.assertIn("machine store", err)
        self.assertIn("XDG_CACHE_HOME", err)

    def test_unknown_options_are_refused(self):
        self.scope("--quick", expect=USAGE)


class SlowTest(ScopeTest):
    def test_the_engine_is_measured_below_the_memorys_rate(self):
        started = time.monotonic()
        record = self.record()
        if record["engine"] is None:
            self.assertNotIn("engine could not be measured", json.dumps(record["warnings"]))
            self.skipTest("no engine on this machine")
        self.assertLess(time.monotonic() - started, PATIENCE_S)
        roof = record["bandwidth"]["read_bytes_per_s"]
        types = record["engine"]["speed"]["types"]
        self.assertTrue(types)
        for row in types:
            self.assertGreater(row["decode_bytes_per_s"], 0, row)
            self.assertLessEqual(row["decode_bytes_per_s"], 1.1 * roof, row)
        self.assertEqual(self.record()["id"], record["id"])


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.communicate()


if __name__ == "__main__":
    chosen = {"fast": FastTest, "slow": SlowTest}[sys.argv.pop(1)]
    suite = unittest.defaultTestLoader.loadTestsFromTestCase(chosen)
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite).wasSuccessful())
