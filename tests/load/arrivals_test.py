"""The schedule of a Poisson run: exponential gaps, the same for any number of threads."""

import math
import tempfile
import unittest

import load_run
import queue_theory

SCRIPT = '[[rule]]\nreply = "ok"\n'
RATE, SECONDS = 500, 4


class ArrivalsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.due_ms = {}
        for threads in (1, 2):
            with tempfile.TemporaryDirectory(prefix="assay-load-") as folder:
                with load_run.Twin(load_run.assay_under_test(), folder, SCRIPT) as twin:
                    ran = load_run.run_load(
                        load_run.assay_under_test(), folder,
                        load_run.scenario(twin.url, seed=11, rate=RATE, seconds=SECONDS,
                                          threads=threads))
            cls.due_ms[threads] = [row["due_at_ms"] for row in ran.requests]

    def test_gaps_are_exponential(self):
        due_ms = [0.0] + [float(due) for due in self.due_ms[1]]
        gaps_ms = [after - before for before, after in zip(due_ms, due_ms[1:])]
        self.assertAlmostEqual(len(gaps_ms), RATE * SECONDS, delta=4 * math.sqrt(RATE * SECONDS))
        distance, p = queue_theory.kolmogorov_smirnov(
            gaps_ms, lambda gap: 1 - math.exp(-gap * RATE / 1e3))
        print(f"{len(gaps_ms)} gaps: Kolmogorov-Smirnov distance {distance:.4f}, p = {p:.3f}")
        self.assertGreater(p, 0.01)

    def test_gaps_do_not_depend_on_each_other(self):
        due_ms = [float(due) for due in self.due_ms[1]]
        gaps_ms = [after - before for before, after in zip(due_ms, due_ms[1:])]
        mean = sum(gaps_ms) / len(gaps_ms)
        variance = sum((gap - mean) ** 2 for gap in gaps_ms)
        lagged = sum((a - mean) * (b - mean) for a, b in zip(gaps_ms, gaps_ms[1:]))
        self.assertLess(abs(lagged / variance), 3 / math.sqrt(len(gaps_ms)))

    def test_two_threads_have_the_schedule_of_one(self):
        self.assertEqual(self.due_ms[1], self.due_ms[2])


if __name__ == "__main__":
    unittest.main()
