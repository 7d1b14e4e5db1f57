"""Cells that are decided stop early, winners are confirmed, and whatever happens in between, a
study that goes on ends as one that was never interrupted."""

import random
import signal
import unittest

from program import StudyTest, cases, study, wait_for

# The hot cell answers wrongly; all others rightly.
FAR_WORSE = """
[[rule]]
name = "hot"
match.field = { temperature = { above = 0.5 } }
reply = "no"
[[rule]]
name = "mild"
match.field = { temperature = { above = 0.0 } }
reply = "yes!"
[[rule]]
name = "cold"
reply = "yes"
"""

# top_p = 0.5 and min_p = 0.2 each turn a model that is right in one of five into one that is
# always right; {both} is what they give together.
TWO_WINNERS = """
[twin]
seed = 3
[[rule]]
name = "both"
match.field = {{ top_p = 0.5, min_p = 0.2 }}
reply = "{both}"
first_token_ms = 5
[[rule]]
name = "one"
match.field = {{ top_p = 0.5 }}
reply = "yes"
[[rule]]
name = "other"
match.field = {{ min_p = 0.2 }}
reply = "yes"
[[rule]]
name = "none"
[[rule.replies]]
text = "yes"
weight = 0.2
[[rule.replies]]
text = "no"
weight = 0.8
"""
CANARIES = 40
TRIALS_OF_A_CELL = CANARIES * 3


class SequentialTest(StudyTest):
    def prepare(self, script, factors, more="", canaries=CANARIES):
        """The study file for a twin that plays the script."""
        url = self.start_twin(script)
        self.write("cases.jsonl", cases(canaries))
        return self.write("study.toml", study(url, factors, more))

    def rows(self):
        """(ordinal, cell, canary) of every journaled trial."""
        return self.query("SELECT ordinal, cell, canary FROM trial ORDER BY ordinal")

    def count(self, cell):
        return sum(row[1] == cell for row in self.rows())

    def state(self):
        return self.query("SELECT state FROM study")[0][0]

    def numbers(self, kind):
        """The places of the events of that kind among all of them."""
        return [row[0] for row in self.query(f"SELECT number FROM event WHERE kind = '{kind}'")]


class LookTest(SequentialTest):
    def test_a_cell_that_is_far_worse_is_stopped_at_an_early_look(self):
        file = self.prepare(FAR_WORSE, "temperature = [0.2, 0.9]")
        _, err = self.run_assay("study", "run", file, "--yes")
        self.assertEqual(self.state(), "done")
        out, _ = self.run_assay("study", "status", "latest")
        self.assertIn("the other trials were not needed", out)
        plan = self.record("study", "plan", file)
        looks = plan["design"]["looks"]
        self.assertGreater(len(looks), 3)
        stops = {}
        for event in self.events("look"):
            self.assertEqual(event["canaries"], looks[event["look"]])
            for cell, row in event["cells"].items():
                self.assertNotIn(cell, stops, "a stopped cell was looked at again")
                if row["stop"] != "no":
                    stops[cell] = (event["look"], row["verdict"])
        look, verdict = stops["twin/temperature=0.9"]
        self.assertEqual(verdict, "worse")
        self.assertLess(look, len(looks) - 1)
        self.assertIn("twin/temperature=0.9: worse", err)
        asked = {f"c{i}" for i in plan["design"]["order"][: looks[look]]}
        self.assertEqual({row[2] for row in self.rows() if row[1].endswith("=0.9")}, asked)
        self.assertEqual(self.count("twin/temperature=0.9"), 3 * looks[look])
        self.assertEqual(self.count("twin/baseline"), TRIALS_OF_A_CELL)
        self.assertLess(len(self.rows()), plan["runs"])
        total = len(self.rows())
        self.assertIn(f" {total}/{total}  ", err, "the progress line ends at all of all")

    def test_what_a_study_commits_itself_to_stands_before_its_first_trial(self):
        file = self.prepare(FAR_WORSE, "temperature = [0.9]", canaries=12)
        self.run_assay("study", "run", file, "--yes")
        self.run_assay("study", "run", file, "--yes")
        (registered,) = self.events("registered")
        self.assertEqual(len(registered["hash"]), 64)
        self.assertEqual(registered["registration"]["identity"]["margin"], 0.05)
        told = self.query(
            "SELECT (SELECT unix_ms FROM event WHERE kind = 'registered')"
            " <= (SELECT min(started_unix_ms) FROM trial)"
        )
        self.assertEqual(told, [(1,)])
        self.assertLess(self.numbers("registered")[0], self.numbers("smoke")[0])
        self.assertLess(self.numbers("arm")[0], self.numbers("look")[0])

    def test_fixed_runs_the_whole_grid_and_looks_once(self):
        file = self.prepare(FAR_WORSE, "temperature = [0.2, 0.9]")
        self.run_assay("study", "run", file, "--yes", "--fixed")
        ordinals = [row[0] for row in self.rows()]
        self.assertEqual(ordinals, list(range(3 * TRIALS_OF_A_CELL)))
        (look,) = self.events("look")
        self.assertEqual(look["canaries"], CANARIES)
        self.assertEqual(look["cells"]["twin/temperature=0.9"]["verdict"], "worse")

    def test_killed_in_the_midst_of_looks_it_ends_as_if_it_never_was(self):
        file = self.prepare(FAR_WORSE, "temperature = [0.2, 0.9]")
        self.run_assay("study", "run", file, "--yes")
        whole = [row[0] for row in self.rows()]
        looks = self.events("look")
        combined = self.events("combination")
        self.home = self.folder / "other"
        chance = random.Random(20260502)
        arguments = ["study", "run", file, "--yes"]
        for _ in range(6):
            goal = self.trial_count() + chance.randint(1, len(whole) // 7)
            process = self.start(*arguments)
            wait_for(lambda: self.trial_count() >= goal or process.poll() is not None)
            self.assertIsNone(process.poll(), "it ended before it was killed")
            process.send_signal(signal.SIGKILL)
            process.wait()
            arguments = ["study", "resume", "latest", "--yes"]
        self.assertLess(self.trial_count(), len(whole))
        self.run_assay(*arguments)
        self.assertEqual([row[0] for row in self.rows()], whole)
        self.assertEqual(self.events("look"), looks)
        self.assertEqual(self.events("combination"), combined)
        self.assertEqual(len(self.events("registered")), 1)
        self.assertEqual(self.state(), "done")


class ArmTest(SequentialTest):
    def arms(self):
        return {event["cell"]: event for event in self.events("arm")}

    def test_a_setting_that_changes_nothing_is_void_and_not_run(self):
        file = self.prepare(FAR_WORSE, "temperature = [0.2]\ntop_p = [0.3]", canaries=12)
        _, err = self.run_assay("study", "run", file, "--yes", "--fixed")
        arms = self.arms()
        self.assertEqual(arms["twin/temperature=0.2"]["state"], "effective")
        self.assertIn("text of canary", arms["twin/temperature=0.2"]["evidence"])
        self.assertEqual(arms["twin/top_p=0.3"]["state"], "void")
        self.assertEqual(arms["twin/top_p=0.3"]["canaries"], 8)
        self.assertIn("void   twin/top_p=0.3", err)
        self.assertEqual(self.count("twin/top_p=0.3"), 0)
        self.assertEqual(self.count("twin/temperature=0.2"), 36)
        for event in self.events("look"):
            self.assertEqual(list(event["cells"]), ["twin/temperature=0.2"])
        self.assertIn(" 72/72  ", err)

    def test_an_endpoint_that_does_not_repeat_itself_is_run(self):
        changing = "".join(
            f'[[rule]]\nmatch.times = 1\nreply = "yes {number}"\n' for number in range(60)
        )
        file = self.prepare(changing + '[[rule]]\nreply = "yes"\n', "top_p = [0.3]", canaries=12)
        self.run_assay("study", "run", file, "--yes", "--fixed")
        self.assertEqual(self.arms()["twin/top_p=0.3"]["state"], "untold")
        self.assertEqual(self.count("twin/top_p=0.3"), 36)

    def test_an_endpoint_that_fails_voids_nothing(self):
        # It is looked at after the smoke run and once more before the first trial.
        failing = """
[[rule]]
match.field = { top_p = 0.3 }
match.times = 2
reply = "cut off here"
cut_after = 1
[[rule]]
reply = "yes"
"""
        file = self.prepare(failing, "top_p = [0.3]", canaries=12)
        self.run_assay("study", "run", file, "--yes", "--fixed")
        self.assertEqual(self.arms(), {})
        self.assertEqual(self.count("twin/top_p=0.3"), 36)

    def test_settings_of_a_conversation_are_looked_for_in_conversations(self):
        talking = """
[[rule]]
match.turn = 2
match.field = { "messages.1.reasoning_content" = "hmm" }
reply = "yes, as I thought"
[[rule]]
match.turn = 2
reply = "yes"
[[rule]]
reply = "yes"
reasoning = "hmm"
"""
        file = self.prepare(talking, "turns = [1]\necho_reasoning = [true]", canaries=11)
        talk = '{"id":"talk","prompt":"Say","follow_ups":["And?"],"expect":"","scorer":"contains"}'
        self.write("cases.jsonl", cases(11) + talk.replace('""', '"y"') + "\n")
        self.run_assay("study", "run", file, "--yes", "--fixed")
        arms = self.arms()
        self.assertEqual(
            arms["twin/turns=1"]["evidence"], "replies of canary talk changed", arms
        )
        echo = arms["twin/echo_reasoning=true"]
        self.assertEqual(echo["evidence"], "text of canary talk changed")

    def test_messages_and_tools_show_by_what_comes_back(self):
        tooled = """
[[rule]]
match.field = { tool_choice = "required" }
reply = ""
tool_calls = [{ name = "wake", arguments = {} }]
[[rule]]
reply = "yes"
"""
        file = self.prepare(
            tooled,
            'system_prompt = ["Be brief, please."]\ntool_choice = ["required"]\n'
            "max_tokens = [500]\ncache_prompt = [true]",
        )
        tool = (
            '{"id":"tool","prompt":"No","tools":[{"type":"function","function":{"name":"wake"}}],'
            '"expect":null,"scorer":"tool_call"}\n'
        )
        self.write("cases.jsonl", cases(11) + tool)
        self.run_assay("study", "run", file, "--yes", "--fixed")
        arms = self.arms()
        prompt = arms["twin/system_prompt=Be brief, please."]
        self.assertEqual(prompt["state"], "effective")
        self.assertIn("prompt_tokens of canary", prompt["evidence"])
        self.assertEqual(arms["twin/tool_choice=required"]["state"], "effective")
        self.assertEqual(arms["twin/tool_choice=required"]["canaries"], 1)
        self.assertEqual(arms["twin/max_tokens=500"]["state"], "void")
        self.assertEqual(arms["twin/cache_prompt=true"]["state"], "void")

    def test_a_prompt_cache_shows_by_what_the_server_tells_of_it(self):
        caching = """
[[rule]]
match.field = { cache_prompt = true }
reply = "yes"
usage = { prompt_tokens = 9, completion_tokens = 1, cached_tokens = 8 }
[[rule]]
reply = "yes"
usage = { prompt_tokens = 9, completion_tokens = 1, cached_tokens = 0 }
"""
        file = self.prepare(caching, "cache_prompt = [true]", canaries=12)
        self.run_assay("study", "run", file, "--yes", "--fixed")
        arm = self.arms()["twin/cache_prompt=true"]
        self.assertEqual(arm["state"], "effective")
        self.assertIn("cached_tokens of canary", arm["evidence"])


class ConfirmationTest(SequentialTest):
    COMBINATION = "twin/combination:top_p=0.5+min_p=0.2"

    def prepare_winners(self, both="yes", more="", factors="top_p = [0.5]\nmin_p = [0.2]"):
        return self.prepare(TWO_WINNERS.format(both=both), factors, more)

    def test_two_winners_run_together_on_all_canaries(self):
        file = self.prepare_winners()
        _, err = self.run_assay("study", "run", file, "--yes")
        (event,) = self.events("combination")
        self.assertEqual(event["cell"]["id"], self.COMBINATION)
        self.assertEqual(event["cell"]["moves"], {"top_p": 0.5, "min_p": 0.2})
        self.assertEqual(event["of"], ["twin/top_p=0.5", "twin/min_p=0.2"])
        self.assertEqual(self.count(self.COMBINATION), TRIALS_OF_A_CELL)
        # The better of the two is a candidate by itself and so runs in full, the other does not.
        alone = sorted(map(self.count, ("twin/top_p=0.5", "twin/min_p=0.2")))
        self.assertLess(alone[0], TRIALS_OF_A_CELL)
        self.assertEqual(alone[1], TRIALS_OF_A_CELL)
        planned = self.record("study", "plan", file)["runs"]
        ordinals = [row[0] for row in self.rows() if row[1] == self.COMBINATION]
        self.assertEqual(ordinals, list(range(planned, planned + TRIALS_OF_A_CELL)))
        total = len(self.rows())
        self.assertIn(f" {total}/{total}  ", err)
        self.assertEqual(self.state(), "done")

    def test_winners_that_spoil_each_other_show_it(self):
        self.run_assay("study", "run", self.prepare_winners(both="no"), "--yes")
        scores = self.query(f"SELECT score, count(*) FROM trial WHERE cell = '{self.COMBINATION}'")
        self.assertEqual(scores, [(0.0, TRIALS_OF_A_CELL)])

    def test_one_winner_that_was_stopped_is_completed(self):
        file = self.prepare_winners(factors="top_p = [0.5]")
        self.run_assay("study", "run", file, "--yes")
        last = [e["cells"] for e in self.events("look") if "twin/top_p=0.5" in e["cells"]][-1]
        self.assertEqual(last["twin/top_p=0.5"]["verdict"], "better")
        self.assertEqual(last["twin/top_p=0.5"]["stop"], "decided")
        self.assertEqual([row[0] for row in self.rows()], list(range(2 * TRIALS_OF_A_CELL)))
        self.assertEqual(self.events("combination"), [])

    def test_a_budget_that_ends_before_the_confirmation_is_told(self):
        file = self.prepare_winners(more=f"budget = {{ runs = {3 * TRIALS_OF_A_CELL} }}")
        # Stopping early leaves budget; the whole grid does not.
        self.run_assay("study", "run", file, "--fixed")
        (event,) = self.events("confirmation")
        self.assertEqual(event["status"], "not_run")
        self.assertEqual(event["cell"], self.COMBINATION)
        self.assertIn(f"budget of {3 * TRIALS_OF_A_CELL}", event["reason"])
        self.assertEqual(self.events("combination"), [])
        self.assertEqual(self.count(self.COMBINATION), 0)
        self.assertEqual(self.state(), "done")

    def test_what_the_budget_forbids_is_not_counted_as_left(self):
        file = self.prepare_winners(more=f"budget = {{ runs = {6 * TRIALS_OF_A_CELL} }}")
        text = file.read_text()
        model = text[text.index("[[model]]") : text.index("[baseline]")]
        file.write_text(text + model.replace('name = "twin"', 'name = "second"'))
        _, err = self.run_assay("study", "run", file, "--fixed")
        total = 6 * TRIALS_OF_A_CELL
        self.assertEqual(len(self.rows()), total)
        self.assertEqual(len(self.events("confirmation")), 2)
        self.assertIn(f" {total}/{total}  ", err)

    def test_interrupted_in_the_confirmation_it_goes_on_there(self):
        file = self.prepare_winners()
        for stop in (signal.SIGINT, signal.SIGKILL):
            self.home = self.folder / stop.name
            process = self.start("study", "run", file, "--yes")
            wait_for(
                lambda: self.trial_count() > 0
                and self.count(self.COMBINATION) >= 5
                or process.poll() is not None
            )
            process.send_signal(stop)
            process.wait()
            self.assertLess(self.count(self.COMBINATION), TRIALS_OF_A_CELL)
            self.run_assay("study", "resume", "latest", "--yes")
            self.assertEqual(self.count(self.COMBINATION), TRIALS_OF_A_CELL)
            self.assertEqual(len(self.events("combination")), 1)
            self.assertEqual(self.state(), "done")


if __name__ == "__main__":
    unittest.main()
