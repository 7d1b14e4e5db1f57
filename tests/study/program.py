"""Runs the built assay and its scripted twin for the tests beside this file."""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import tempfile
import time
import unittest

ASSAY = os.environ["ASSAY_BINARY"]
SOURCE = pathlib.Path(os.environ["ASSAY_SOURCE_DIR"])
PATIENCE_S = 120

# A model that is right in 40 % of its answers above temperature 0.9; what it does below is added.
HOT = """
[twin]
seed = 5
[[rule]]
name = "hot"
match.field = { temperature = { above = 0.9 } }
[[rule.replies]]
text = "yes"
weight = 0.4
[[rule.replies]]
text = "no"
weight = 0.6
"""


class StudyTest(unittest.TestCase):
    """A fresh folder with a home in it; whatever a test starts is ended with it."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="assay-study-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.home = self.folder / "home"
        self.keep_apart_from_the_user()

    def keep_apart_from_the_user(self):
        """Gives assay a cache of its own, in which only the engine is the user's: what assay learns
        of guests that tests run is not for the user's estimates."""
        before = os.environ.get("XDG_CACHE_HOME")
        user = pathlib.Path(before) if before else pathlib.Path.home() / ".cache"
        self.cache = self.folder / "cache" / "assay"
        self.cache.mkdir(parents=True)
        (self.cache / "engine").symlink_to(user / "assay" / "engine")
        os.environ["XDG_CACHE_HOME"] = str(self.cache.parent)
        self.addCleanup(restore, "XDG_CACHE_HOME", before)

    def start(self, *arguments, **options):
        """Starts assay without waiting for it."""
        process = subprocess.Popen(
            [ASSAY, "--home", str(self.home), *map(str, arguments)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        self.addCleanup(end, process)
        return process

    def run_assay(self, *arguments, expect=0, **options):
        """Runs assay to its end, checks the exit code and returns (stdout, stderr)."""
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, expect, f"{arguments}\n{out}\n{err}")
        return out, err

    def record(self, *arguments):
        return json.loads(self.run_assay(*arguments, "--json")[0])

    def start_twin(self, script):
        """Serves a script; returns its base URL."""
        path = self.folder / "twin.toml"
        path.write_text(script)
        port_file = self.folder / "port"
        process = self.start("twin", "--script", path, "--port-file", port_file)
        wait_for(lambda: port_file.exists() or process.poll() is not None)
        self.assertIsNone(process.poll(), "the twin ended")
        return f"http://127.0.0.1:{port_file.read_text().strip()}/v1"

    def write(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def query(self, sql):
        """All rows of a query on the journal, read as any reader would."""
        journal = sqlite3.connect(f"file:{self.home / 'journal.db'}?mode=ro", uri=True)
        try:
            return journal.execute(sql).fetchall()
        finally:
            journal.close()

    def trials(self):
        """(ordinal, outcome, outcome_class) of every journaled trial."""
        return self.query("SELECT ordinal, outcome, outcome_class FROM trial ORDER BY ordinal")

    def events(self, kind):
        """The details of every event of that kind, in order."""
        rows = self.query(f"SELECT detail FROM event WHERE kind = '{kind}' ORDER BY number")
        return [json.loads(row[0]) for row in rows]

    def trial_count(self):
        try:
            return len(self.trials())
        except sqlite3.OperationalError:
            return 0  # The journal is not there yet.


def restore(variable, before):
    if before is None:
        os.environ.pop(variable, None)
    else:
        os.environ[variable] = before


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGKILL)
    process.communicate()


def wait_for(condition):
    """Polls until the condition holds; fails loudly when it never does."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("a condition never came true")
        time.sleep(0.005)


def engine():
    """The engine's path as `assay doctor` found it, or None."""
    doctor = subprocess.run([ASSAY, "doctor"], capture_output=True, text=True, check=False)
    for line in doctor.stdout.splitlines():
        if line.startswith("ok  engine"):
            return pathlib.Path(line.split()[2])
    return None


def children_of(pid):
    path = pathlib.Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()]


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def cases(count):
    """JSONL of `count` cases that a twin answering `yes` gets right."""
    return "".join(
        f'{{"id":"c{i}","prompt":"Case {i}","expect":"yes","scorer":"contains"}}\n'
        for i in range(count)
    )


def study(url, factors="temperature = [1.0]", more=""):
    return f"""[study]
name = "scripted"
tasks = "cases.jsonl"
{more}
[[model]]
name = "twin"
url = "{url}"
model = "twin"
[baseline]
temperature = 0.0
[factors]
{factors}
"""
