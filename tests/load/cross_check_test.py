"""The server's /metrics against the usage of its replies: a falsified count is found out."""

import tempfile
import unittest

import load_run

SCRIPT = """[twin]
token_ms = 1
[metrics]
tokens_factor = {factor}
[[rule]]
reply = "one two three four five six seven eight"
"""


class CrossCheckTest(unittest.TestCase):
    def checks(self, factor):
        with tempfile.TemporaryDirectory(prefix="assay-load-") as folder:
            with load_run.Twin(load_run.assay_under_test(), folder,
                               SCRIPT.format(factor=factor)) as twin:
                ran = load_run.run_load(
                    load_run.assay_under_test(), folder,
                    load_run.scenario(twin.url, rate=50, seconds=2, metrics="auto"))
        self.assertIsNotNone(ran.json, ran.stderr)
        self.assertEqual(ran.json["requests"]["completed"], len(ran.requests))
        return len(ran.requests), {check["name"]: check for check in ran.json["checks"]
                                   if "/metrics" in check["theirs_from"]}

    def test_honest_counts_agree(self):
        requests, checks = self.checks(1.0)
        self.assertEqual(checks["output_tokens"]["ours"], 8 * requests)
        for name in ("output_tokens", "prompt_tokens"):
            self.assertTrue(checks[name]["agrees"], checks[name])
            self.assertEqual(checks[name]["ours"], checks[name]["theirs"])

    def test_falsified_counts_disagree(self):
        requests, checks = self.checks(2.0)
        for name in ("output_tokens", "prompt_tokens"):
            self.assertFalse(checks[name]["agrees"], checks[name])
            self.assertEqual(checks[name]["theirs"], 2 * checks[name]["ours"])
            self.assertTrue(checks[name]["note"])
        self.assertEqual(checks["output_tokens"]["ours"], 8 * requests)


if __name__ == "__main__":
    unittest.main()
