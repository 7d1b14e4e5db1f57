"""Faults from outside in mid-study: each ends in its own outcome class or exit code, the study goes
on or resumes, and nothing else is lost. docs/reference/faults.md is the table of them."""

import errno
import itertools
import os
import pathlib
import signal
import socket
import sqlite3
import struct
import subprocess
import unittest

from program import PATIENCE_S, SOURCE, StudyTest, cases, children_of, engine, study, wait_for

MODEL = SOURCE / "models" / "pebble-xs.gguf"
HOURS_S = 3600

# One thread: several would wait for each other by spinning, for seconds on a busy machine.
GUEST_STUDY = f"""[study]
name = "faults"
tasks = "{SOURCE}/examples/packs/deskwork"
canaries = 5
looks = 1
timeout_s = TIMEOUT
[[model]]
name = "xs"
gguf = "{MODEL}"
[baseline]
temperature = 0.0
max_tokens = 100
context = 1024
threads = 1
[factors]
temperature = [1.0]
"""
GUEST_TRIALS = 2 * 5 * 3


class FaultTest(StudyTest):
    def end_of(self, process):
        """Waits for assay's own end; returns its exit code and what it said."""
        _, err = process.communicate(timeout=PATIENCE_S)
        return process.returncode, err

    def check_complete(self, planned):
        ordinals = [row[0] for row in self.trials()]
        self.assertEqual(ordinals, list(range(planned)), "a trial is lost or doubled")
        self.assertEqual(self.record("study", "status", "latest")["state"], "done")

    def unscored(self):
        """The outcomes that are not `scored`, without those of the token limit."""
        kinds = [f"{row[1]}({row[2]})" for row in self.trials() if row[1] != "scored"]
        return [kind for kind in kinds if kind != "limit(tokens)"]


@unittest.skipUnless(engine(), "no llama-server: run tools/engine")
class GuestFaultTest(FaultTest):
    def start_study(self, timeout_s, wrapper):
        file = self.write("study.toml", GUEST_STUDY.replace("TIMEOUT", str(timeout_s)))
        server = self.write("llama-server", wrapper)
        server.chmod(0o755)
        environment = {**os.environ, "ASSAY_LLAMA_SERVER": str(server)}
        return self.start("study", "run", file, "--yes", env=environment)

    def start_talkative(self, timeout_s):
        """A study whose answers all go on to the token limit; returns it and its server's pid."""
        process = self.start_study(
            timeout_s,
            "#!/bin/sh\n"
            f'case "$*" in *--version*) exec "{engine()}" --version ;; esac\n'
            f'exec "{engine()}" --ignore-eos "$@"\n',
        )
        wait_for(lambda: self.trial_count() >= 3)
        (server,) = children_of(process.pid)
        return process, server

    def check_one_lost(self, process, outcome, hung):
        code, err = self.end_of(process)
        self.assertEqual(code, 0, err)
        self.assertEqual(self.unscored(), [outcome])
        self.check_complete(GUEST_TRIALS)
        (loss,) = self.events("guest_lost")
        self.assertEqual((loss["out_of_memory"], loss["hung"]), (False, hung))
        loads = len(self.events("guest_ready"))
        self.assertEqual(loads, 3, "for the smoke run, for the trials, and after the loss")

    def test_a_killed_guest_costs_one_trial(self):
        process, server = self.start_talkative(60)
        os.kill(server, signal.SIGKILL)
        self.check_one_lost(process, "infrastructure(guest_lost)", hung=False)

    def test_a_hung_guest_costs_one_trial(self):
        process, server = self.start_talkative(8)
        os.kill(server, signal.SIGSTOP)
        self.check_one_lost(process, "infrastructure(guest_hung)", hung=True)

    def test_a_taken_port_is_left_for_another(self):
        taken = self.folder / "taken"
        process = self.start_study(
            60,
            "#!/usr/bin/env python3\n"
            "import os, pathlib, socket, sys\n"
            f"taken = pathlib.Path('{taken}')\n"
            "if '--port' in sys.argv and not taken.exists():\n"
            "    port = sys.argv[sys.argv.index('--port') + 1]\n"
            "    taken.write_text(port)\n"
            "    listener = socket.create_server(('127.0.0.1', int(port)))\n"
            "    listener.set_inheritable(True)  # It outlives the exec, and so holds the port.\n"
            f"os.execv('{engine()}', ['{engine()}', *sys.argv[1:]])\n",
        )
        code, err = self.end_of(process)
        self.assertEqual(code, 0, err)
        self.assertTrue(taken.exists())
        self.assertEqual(self.unscored(), [])
        self.check_complete(GUEST_TRIALS)
        (log,) = (self.home / "studies").glob("*/logs/xs.log")
        self.assertIn("couldn't bind", log.read_text())


class EndpointFaultTest(FaultTest):
    def test_a_port_that_nobody_listens_on(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.write("cases.jsonl", cases(5))
        file = self.write("study.toml", study(f"http://127.0.0.1:{port}/v1"))
        _, err = self.run_assay("study", "run", file, "--yes", expect=4)
        self.assertIn(f"127.0.0.1:{port}", err)
        self.assertEqual(self.trials(), [])
        self.assertEqual(self.record("study", "status", "latest")["state"], "failed")


class ClockFaultTest(FaultTest):
    def test_a_wall_clock_that_jumps(self):
        url = self.start_twin(
            "[twin]\nfirst_token_ms = 15\ntoken_ms = 2\n"
            '[[rule]]\nmatch.field = { temperature = 1.0 }\nreply = "yes indeed, of course"\n'
            '[[rule]]\nreply = "yes of course"\n'
        )
        self.write("cases.jsonl", cases(15))
        file = self.write("study.toml", study(url, more="timeout_s = 60\nlooks = 1"))
        shift = self.write("shift", "0")
        environment = {
            **os.environ,
            "LD_PRELOAD": os.environ["ASSAY_TEST_CLOCK"],
            "ASSAY_TEST_CLOCK_SHIFT": str(shift),
            # A sanitizer wants to be the first library; this one interposes nothing of its.
            "ASAN_OPTIONS": "verify_asan_link_order=0",
        }
        process = self.start("study", "run", file, "--yes", env=environment)
        for count, hours in ((10, 7), (30, -12), (60, 0)):
            wait_for(lambda least=count: self.trial_count() >= least)
            os.replace(self.write("next", str(hours * HOURS_S)), shift)
        code, err = self.end_of(process)
        self.assertEqual(code, 0, err)
        self.check_complete(90)
        self.assertEqual(self.unscored(), [])
        rows = self.query(
            "SELECT started_unix_ms, ttft_ms, total_ms, wall_ms FROM trial ORDER BY 1"
        )
        span_s = (rows[-1][0] - rows[0][0]) / 1000
        self.assertGreater(span_s, 18 * HOURS_S, "the wall clock did not jump")
        for _, ttft_ms, total_ms, wall_ms in rows:
            self.assertGreaterEqual(ttft_ms, 15)
            self.assertGreaterEqual(total_ms, ttft_ms)
            self.assertGreaterEqual(wall_ms, total_ms)
            self.assertLess(wall_ms, HOURS_S * 1000)
        (times,) = self.events("study_end")
        self.assertGreater(times["wall_s"], 0)
        self.assertLess(times["wall_s"], HOURS_S)


class DiskFaultTest(FaultTest):
    def setUp(self):
        super().setUp()
        self.home.mkdir()
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", self.home],
            capture_output=True, text=True, check=False,
        )
        if mounted.returncode != 0:
            self.skipTest(f"mounting needs root: {mounted.stderr.strip()}")
        self.addCleanup(subprocess.run, ["umount", "--lazy", self.home], check=True)

    def fill_disk(self):
        ballast = self.home / "ballast"
        with ballast.open("wb", buffering=0) as file:
            for size in (1 << 20, 4096):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError as failure:
                    if failure.errno != errno.ENOSPC:
                        raise
        return ballast

    def test_a_full_disk_ends_the_run_and_keeps_what_was_journaled(self):
        # Answers so long that the log's first 4.3 MiB, laid out beforehand, are soon used up.
        url = self.start_twin(
            "[twin]\nfirst_token_ms = 5\ntokens_per_event = 100000\n"
            '[[rule]]\nmatch.field = { temperature = 1.0 }\n'
            f'reply = "yes {"or so on " * 4000}"\n'
            f'[[rule]]\nreply = "yes {"and so on " * 4000}"\n'
        )
        self.write("cases.jsonl", cases(60))
        file = self.write("study.toml", study(url, more="looks = 1"))
        process = self.start("study", "run", file, "--yes")
        wait_for(lambda: self.trial_count() >= 5)
        ballast = self.fill_disk()
        code, err = self.end_of(process)
        self.assertEqual(code, 7, err)
        self.assertIn(f"{self.home}/journal.db: cannot journal the trial: No space left", err)
        done = [row[0] for row in self.trials()]
        self.assertEqual(done, list(range(len(done))))
        self.assertGreater(len(done), 5)
        self.assertLess(len(done), 360)
        status = self.record("study", "status", "latest")
        self.assertEqual(status["trials"]["scored"], len(done), "what is there cannot be read")
        ballast.unlink()
        self.run_assay("study", "resume", "latest", "--yes")
        self.check_complete(360)
        self.assertEqual(self.unscored(), [])


class Frame:
    """A frame of SQLite's write-ahead log, https://www.sqlite.org/fileformat.html#walformat."""

    HEAD = 24

    def __init__(self, start, page_size):
        self.start = start
        self.end = start + self.HEAD + page_size


def frames(log):
    """The frames since the log was last begun anew, which the salts in its head tell."""
    head = log.read_bytes()
    page_size = struct.unpack(">I", head[8:12])[0]
    found = []
    for start in itertools.count(32, Frame.HEAD + page_size):
        if head[start + 8 : start + 16] != head[16:24]:
            return found
        found.append(Frame(start, page_size))


class JournalFaultTest(FaultTest):
    PLANNED = 2 * 40 * 3

    def setUp(self):
        super().setUp()
        url = self.start_twin(
            "[twin]\nfirst_token_ms = 5\n"
            '[[rule]]\nmatch.field = { temperature = 1.0 }\nreply = "yes!"\n'
            '[[rule]]\nreply = "yes"\n'
        )
        self.write("cases.jsonl", cases(40))
        self.file = self.write("study.toml", study(url, more="looks = 1"))
        self.journal = self.home / "journal.db"
        self.log = self.home / "journal.db-wal"

    def kill_at(self, count):
        """Ends assay in mid-study as a power cut would; returns how many trials are journaled."""
        process = self.start("study", "run", self.file, "--yes")
        wait_for(lambda: self.trial_count() >= count)
        process.send_signal(signal.SIGKILL)
        process.wait()
        return self.trial_count()

    def check_resumes_without(self, lost_most, before):
        done = [row[0] for row in self.trials()]
        self.assertEqual(done, list(range(len(done))))
        self.assertGreaterEqual(len(done), before - lost_most)
        self.run_assay("study", "resume", "latest", "--yes")
        self.check_complete(self.PLANNED)
        self.assertEqual(self.unscored(), [])

    def test_a_damaged_last_page_of_the_log_costs_its_transaction(self):
        before = self.kill_at(20)
        last = frames(self.log)[-1]
        with self.log.open("r+b") as log:
            log.seek(last.end - 100)
            flipped = bytes(byte ^ 0xFF for byte in log.read(50))
            log.seek(last.end - 100)
            log.write(flipped)
        self.check_resumes_without(1, before)

    def test_a_log_cut_within_its_last_page_costs_its_transaction(self):
        before = self.kill_at(20)
        os.truncate(self.log, frames(self.log)[-1].start + 1000)
        self.check_resumes_without(1, before)

    def damage_a_page_of_trials(self):
        """Overwrites one page in the middle of the trials, all being in the database file."""
        journal = sqlite3.connect(self.journal)
        journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (page_size,) = journal.execute("PRAGMA page_size").fetchone()
        journal.close()
        content = self.journal.read_bytes()
        leaf = b"\x0d"  # The first byte of a table's page that holds rows.
        starts = [
            start
            for start in range(page_size, len(content), page_size)
            if content[start : start + 1] == leaf
            and b"twin/temperature=1.0" in content[start : start + page_size]
        ]
        start = starts[len(starts) // 2]
        self.journal.write_bytes(
            content[:start] + b"\x5a" * page_size + content[start + page_size :]
        )

    def test_a_damaged_page_of_the_journal_is_refused_before_anything_is_written(self):
        self.kill_at(120)
        self.damage_a_page_of_trials()
        damaged = self.journal.read_bytes()
        for arguments in (
            ("study", "resume", "latest", "--yes"),
            ("study", "run", self.file, "--yes"),
            ("study", "report", "latest"),
        ):
            _, err = self.run_assay(*arguments, expect=3)
            self.assertIn(f"{self.journal}: cannot ", err)
            self.assertIn("the journal is damaged", err)
            self.assertIn(f"sqlite3 '{self.journal}' .recover", err)
            self.assertEqual(self.journal.read_bytes(), damaged)
            self.assertEqual(pathlib.Path(self.log).stat().st_size, 0, "something was written")


if __name__ == "__main__":
    unittest.main()
