"""Coordinated omission: a server that stalls, a client with one connection. Those who wait behind
the stalled request are seen by times from the schedule, and by no time from sending."""

import tempfile
import unittest

import load_run
import queue_theory

SERVICE_MS, STALL_MS, STALL_EVERY_MS = 4, 200, 2000
SCRIPT = f"""[twin]
first_token_ms = {SERVICE_MS}
[stall]
for_ms = {STALL_MS}
every_ms = {STALL_EVERY_MS}
[[rule]]
reply = "ok"
"""
RATE, SECONDS = 100, 10


class OmissionTest(unittest.TestCase):
    def setUp(self):
        with tempfile.TemporaryDirectory(prefix="assay-load-") as folder:
            with load_run.Twin(load_run.assay_under_test(), folder, SCRIPT) as twin:
                self.ran = load_run.run_load(
                    load_run.assay_under_test(), folder,
                    load_run.scenario(twin.url, rate=RATE, seconds=SECONDS, arrivals="even",
                                      connections=1))
        self.assertIn(self.ran.code, (load_run.SUCCESS, load_run.CLIENT_LIMITED), self.ran.stderr)

    def test_the_schedule_sees_who_waited(self):
        due_ms = self.ran.column("due_at_ms")
        self.assertEqual(len(due_ms), RATE * SECONDS)
        served = queue_theory.served_ms(due_ms, SERVICE_MS, STALL_MS, STALL_EVERY_MS)
        expected = {
            "e2e_scheduled_ms": [end - due for due, (_, end) in zip(due_ms, served)],
            "e2e_ms": [end - begun for begun, end in served],
        }
        print("| percentile | from schedule | by arithmetic | from sending | by arithmetic |")
        for share in ("p50", "p90", "p95"):
            row = [share]
            for measure, values in expected.items():
                figures = self.ran.json[measure]
                self.assertIsNotNone(figures[share], (measure, share))
                paper = queue_theory.quantile(values, float(share[1:]) / 100)
                row += [f"{figures[share]:.1f} [{figures[share + '_low']:.1f}, "
                        f"{figures[share + '_high']:.1f}]", f"{paper:.1f}"]
                # What the replies of one backlog took besides, each a fraction of a millisecond.
                backlog_ms = 10 if measure == "e2e_scheduled_ms" else 2
                self.assertLessEqual(figures[share + "_low"] - backlog_ms, paper, (measure, share))
                self.assertGreaterEqual(figures[share + "_high"], paper, (measure, share))
            print("|", " | ".join(row), "|")
        self.assertGreater(self.ran.json["e2e_scheduled_ms"]["p95"], STALL_MS / 2)
        self.assertLess(self.ran.json["e2e_ms"]["p95"], STALL_MS / 4)
        self.check_who_waited(expected)

    def check_who_waited(self, expected):
        """About 24 requests a stall wait so long, all but one of them before they are sent."""
        waited = {}
        for measure, paper_ms in expected.items():
            waited[measure] = sum(value > STALL_MS / 4 for value in self.ran.column(measure))
            paper = sum(value > STALL_MS / 4 for value in paper_ms)
            print(f"{measure} above {STALL_MS / 4:.0f} ms: {waited[measure]}, "
                  f"by arithmetic {paper}")
            # A backlog of slower replies holds up a few more.
            self.assertGreaterEqual(waited[measure], paper)
            self.assertLessEqual(waited[measure], 1.25 * paper)
        self.assertGreater(waited["e2e_scheduled_ms"], 20 * waited["e2e_ms"])


if __name__ == "__main__":
    unittest.main()
