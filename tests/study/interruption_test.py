"""A study that is interrupted or killed loses at most the trial in flight and never doubles one."""

import random
import signal
import unittest
import urllib.request
import json

from program import StudyTest, cases, study, wait_for

STEADY = """
[twin]
first_token_ms = 15
[[rule]]
name = "hot"
match.field = { temperature = 1.0 }
reply = "yes!"
[[rule]]
name = "cold"
reply = "yes"
"""
PLANNED = 2 * 60 * 3
# Before a study's first trial: eight canaries for the baseline and one for its level, each twice.
PROBES = 18


class InterruptionTest(StudyTest):
    def setUp(self):
        super().setUp()
        self.url = self.start_twin(STEADY)
        self.write("cases.jsonl", cases(60))
        self.file = self.write("study.toml", study(self.url, more="looks = 1"))

    def check_complete(self):
        ordinals = [row[0] for row in self.trials()]
        self.assertEqual(ordinals, list(range(PLANNED)), "a trial is lost or doubled")
        status = self.record("study", "status", "latest")
        self.assertEqual(status["state"], "done")
        self.assertEqual(status["trials"]["done"], PLANNED)
        self.assertEqual(status["trials"]["scored"], PLANNED)

    def asked(self):
        """How many completions the twin was asked for."""
        records = urllib.request.urlopen(self.url.replace("/v1", "/twin/records")).read()
        return sum("chat" in record["path"] for record in json.loads(records)["records"])

    def test_ten_kills_at_random_moments(self):
        chance = random.Random(20260501)
        kills = 0
        runs = 1
        looked = 0
        arguments = ["study", "run", self.file, "--yes"]
        while kills < 10:
            # Killed at a moment inside the trial after a random number of further ones.
            goal = self.trial_count() + chance.randint(0, 9)
            process = self.start(*arguments)
            wait_for(lambda: self.trial_count() >= goal or process.poll() is not None)
            self.assertIsNone(process.poll(), "it ended before it was killed")
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            runs += 1
            journaled = self.trial_count()
            looked += not journaled
            self.assertGreaterEqual(journaled, goal, "a journaled trial is gone")
            arguments = ["study", "resume", "latest", "--yes"] if journaled else arguments
        self.run_assay("study", "resume", "latest", "--yes")
        self.check_complete()
        smoke = runs  # One canary each: the cases have one kind and no tools.
        self.assertLessEqual(self.asked(), PLANNED + kills + smoke + PROBES * (looked + 1))

    def test_ctrl_c_keeps_what_was_done(self):
        process = self.start("study", "run", self.file, "--yes")
        wait_for(lambda: self.trial_count() >= 5)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        self.assertEqual(process.returncode, 130, err)
        self.assertIn("assay study resume scripted-", err)
        self.assertEqual(self.record("study", "status", "latest")["state"], "interrupted")
        self.run_assay("study", "resume", "latest", "--yes")
        self.check_complete()

    def test_running_the_same_file_again_resumes(self):
        process = self.start("study", "run", self.file, "--yes")
        wait_for(lambda: self.trial_count() >= 5)
        process.send_signal(signal.SIGTERM)
        process.communicate()
        self.run_assay("study", "run", self.file, "--yes")
        self.check_complete()

    def test_two_at_once_are_refused(self):
        process = self.start("study", "run", self.file, "--yes")
        wait_for(lambda: self.trial_count() >= 1)
        _, err = self.run_assay("study", "resume", "latest", "--yes", expect=7)
        self.assertIn(f"another assay runs a study here (pid {process.pid})", err)

    def test_changed_cases_are_not_mixed_in(self):
        process = self.start("study", "run", self.file, "--yes")
        wait_for(lambda: self.trial_count() >= 1)
        process.send_signal(signal.SIGINT)
        process.communicate()
        self.write("cases.jsonl", cases(61))
        _, err = self.run_assay("study", "resume", "latest", "--yes", expect=3)
        self.assertIn("the task packs changed", err)


if __name__ == "__main__":
    unittest.main()
