"""Runs `assay load` against a scripted twin and reads back what it kept."""

import csv
import dataclasses
import io
import json
import os
import pathlib
import subprocess
import time
import urllib.request

PATIENCE_S = 120
# Before what may lay claim on a core whatever else the machine does; where that is not allowed, as
# mostly, the machine has to be quiet.
REAL_TIME = ["chrt", "-f", "1"]
SUCCESS, CLIENT_LIMITED, SERVER_FAILED = 0, 13, 14


def scenario(url, seed=1, seconds=5.0, rate=None, concurrency=None, **more):
    """A scenario file's text; a `warm_up` is a stage before, in seconds."""
    load = f"rate = {rate}" if concurrency is None else f"concurrency = {concurrency}"
    stage = '[[stage]]\n{}\nfor = "{} ms"\n{}'
    stages = stage.format(load, round(seconds * 1e3), "")
    if warm_up := more.get("warm_up"):
        stages = stage.format(load, round(warm_up * 1e3), "warm_up = true\n") + stages
    return f"""seed = {seed}
arrivals = "{more.get("arrivals", "poisson")}"
timeout_s = {more.get("timeout_s", 30)}
[[target]]
url = "{url}"
metrics = "{more.get("metrics", "off")}"
{stages}
[work]
prompt = "Say it."
output_tokens = {more.get("output_tokens", 16)}
[client]
calibrate = {str(more.get("calibrate", False)).lower()}
connections = {more.get("connections", 1000)}
threads = {more.get("threads", 1)}
"""


@dataclasses.dataclass
class Ran:
    """One run of `assay load`: its exit code, the JSON and a dict for each request."""

    code: int
    json: dict
    requests: list
    stderr: str

    def column(self, name):
        """That column of every request, as numbers."""
        return [float(row[name]) for row in self.requests]


def first_in_line():
    """What to put before a command whose times matter."""
    try:
        tried = subprocess.run([*REAL_TIME, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return []
    return REAL_TIME if tried.returncode == 0 else []


def run_load(assay, folder, text, name="scenario"):
    """Runs a scenario to its end in `folder`; None in place of JSON when there was no result."""
    folder = pathlib.Path(folder)
    path, rows = folder / f"{name}.toml", folder / f"{name}.csv"
    path.write_text(text)
    ran = subprocess.run(
        [*first_in_line(), assay, "--home", str(folder / f"{name}-home"), "load", "run", str(path),
         "--json", "--csv", str(rows)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    result = json.loads(ran.stdout) if ran.stdout else None
    requests = list(csv.DictReader(io.StringIO(rows.read_text()))) if rows.exists() else []
    return Ran(ran.returncode, result, requests, ran.stderr)


class Twin:
    """The scripted server, for the time of a `with`."""

    def __init__(self, assay, folder, script):
        script_file = pathlib.Path(folder) / "twin.toml"
        script_file.write_text(script)
        port_file = pathlib.Path(folder) / "twin.port"
        port_file.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [*first_in_line(), assay, "twin", "--script", str(script_file), "--port-file",
             str(port_file)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE_S
        while not port_file.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError("the twin did not start")
            time.sleep(0.005)
        self.url = f"http://127.0.0.1:{port_file.read_text().strip()}/v1"

    def records(self):
        """What it did, by its own account, in the order of arrival."""
        with urllib.request.urlopen(self.url.replace("/v1", "/twin/records")) as reply:
            return json.load(reply)["records"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()


def assay_under_test():
    return os.environ["ASSAY_BINARY"]
