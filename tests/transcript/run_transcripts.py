#!/usr/bin/env python3
"""Runs transcripts: run_transcripts.py --assay PROGRAM FILE... (transcript_file.py: the format).

Each file runs in an empty folder with `assay` on PATH, a home of its own, no colour and 80 columns.
$EXAMPLES, $MODELS and $SOURCE lead into the checkout. With ASSAY_ACCEPT=1 the files are rewritten
to what was printed, so that a change of output is reviewed as a diff.
"""

import argparse
import difflib
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from transcript_file import Command, TranscriptError, WaitFile, output_lines, parse, render

SOURCE = Path(__file__).resolve().parents[2]
COMMAND_SECONDS = 120
WAIT_FILE_SECONDS = 30
STOP_SECONDS = 10
# What of the caller's environment a transcript may see: where the engine is, how sanitizers behave.
PASSED_ON = ("ASSAY_LLAMA_SERVER", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")


class Session:
    """One transcript's folder, environment and background commands. Used as a context manager."""

    def __init__(self, assay):
        self._folder = tempfile.TemporaryDirectory(prefix="assay-transcript-")
        self.root = Path(self._folder.name).resolve()
        self.work = self.root / "here"
        self.work.mkdir()
        (self.root / "home").mkdir()
        self._environment = self._make_environment(assay)
        self._background = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self._background:
            stop(process)
        self._folder.cleanup()

    def _make_environment(self, assay):
        cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        environment = {
            "PATH": f"{assay.resolve().parent}:{os.environ.get('PATH', os.defpath)}",
            "HOME": str(self.root / "home"), "TMPDIR": str(self.root),
            "LC_ALL": "C.UTF-8", "TZ": "UTC", "TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "80",
            "SOURCE": str(SOURCE), "EXAMPLES": str(SOURCE / "examples"),
            "MODELS": str(SOURCE / "models"),
            "ASSAY_ENGINE_CACHE": os.environ.get("ASSAY_ENGINE_CACHE", f"{cache}/assay/engine"),
        }
        environment.update({name: os.environ[name] for name in PASSED_ON if name in os.environ})
        return environment

    def _start(self, command, stdout, stderr):
        # A session of its own: ending it ends what the command started, and nothing else.
        return subprocess.Popen(["bash", "-c", command.text], cwd=self.work, stdout=stdout,
                                stderr=stderr, stdin=subprocess.DEVNULL, env=self._environment,
                                start_new_session=True)

    def run(self, command):
        """(stdout, stderr, exit code), the temporary folder written as <TMP>."""
        process = self._start(command, subprocess.PIPE, subprocess.PIPE)
        try:
            stdout, stderr = process.communicate(timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            stdout, stderr = process.communicate()
            stderr += f"\n[ended after {COMMAND_SECONDS} s]\n".encode()
        return self._readable(stdout), self._readable(stderr), process.returncode

    def start_background(self, command):
        """Starts a command whose output goes to background-N.log beside the work folder."""
        log = self.root / f"background-{len(self._background) + 1}.log"
        with log.open("wb") as output:
            self._background.append(self._start(command, output, subprocess.STDOUT))

    def wait_for_file(self, path):
        """None once the file holds something, else why it will not."""
        deadline = time.monotonic() + WAIT_FILE_SECONDS
        file = self.work / path
        why = f"did not appear within {WAIT_FILE_SECONDS} s"
        while time.monotonic() < deadline:
            all_ended = all(process.poll() is not None for process in self._background)
            if file.is_file() and file.stat().st_size > 0:
                return None
            if all_ended:
                why = "cannot appear any more: every background command has ended"
                break
            time.sleep(0.02)
        logs = "".join(log.read_text(errors="replace")
                       for log in sorted(self.root.glob("background-*.log")))
        return f"{path} {why}; they printed:\n{logs}"

    def _readable(self, output):
        text = output.decode("utf-8", errors="backslashreplace")
        return text.replace(str(self.root), "<TMP>").replace(str(SOURCE), "<SOURCE>")


def stop(process):
    """Ends a background command and what it started: asks first, then insists."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue


def play(transcript, session):
    """Runs the steps. (steps as they really went, messages about what could not run)."""
    really = []
    for step in transcript.steps:
        if isinstance(step, WaitFile):
            problem = session.wait_for_file(step.path)
            if problem:
                return really, [f"line {step.line}: {problem}"]
        elif isinstance(step, Command) and step.background:
            session.start_background(step)
        elif isinstance(step, Command):
            stdout, stderr, exit_code = session.run(step)
            for name, pattern in transcript.replacements:
                stdout = pattern.sub(name, stdout)
                stderr = pattern.sub(name, stderr)
            step = Command(step.line, step.source,
                           expected=output_lines(stdout, stderr, exit_code))
        really.append(step)
    return really, []


def check(path, assay, accept):
    """The messages about one transcript; none when it holds or was accepted."""
    text = path.read_text(encoding="utf-8")
    try:
        transcript = parse(text)
    except TranscriptError as error:
        return [f"{path}: {error}"]
    with Session(assay) as session:
        really, problems = play(transcript, session)
    if problems:
        return [f"{path}: {problem}" for problem in problems]
    happened = render(really)
    if happened == text:
        return []
    if accept:
        path.write_text(happened, encoding="utf-8")
        print(f"rewrote {path}")
        return []
    difference = difflib.unified_diff(text.split("\n"), happened.split("\n"), f"{path} (expected)",
                                      f"{path} (what happened)", lineterm="")
    return ["\n".join(difference), "ASSAY_ACCEPT=1 rewrites the expected output."]


def main():
    parser = argparse.ArgumentParser(description="Runs transcripts and compares their output.")
    parser.add_argument("--assay", type=Path, required=True, help="the program under test")
    parser.add_argument("files", type=Path, nargs="+")
    options = parser.parse_args()
    if not options.assay.is_file():
        parser.error(f"--assay expects a program, found no file at {options.assay}")
    accept = os.environ.get("ASSAY_ACCEPT") == "1"
    failed = 0
    for path in options.files:
        messages = check(path, options.assay, accept)
        failed += bool(messages)
        for message in messages:
            print(message)
    print(f"{len(options.files) - failed} transcripts hold, {failed} do not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
