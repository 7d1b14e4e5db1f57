#!/usr/bin/env python3
"""Requests and streamed events that load testers make with a second of CPU time, side by side.

    ninja -C build/release null_server assay
    tests/perf/load_peers.py [BUILD_FOLDER] [SECONDS] [CLIENT ...]   # build/release 5, all

Every client asks the same null server, 64 requests at once, first for whole replies and then for
streams of 64 events. CPU time is that of all processes of the client; what it takes to begin and to
end is taken out by the difference of a short run and a long one. wrk and hey are Debian packages;
autocannon (npm), guidellm and aiperf (pip) are installed into ~/.cache/assay-peers. Who cannot be
installed or run is left out, with the reason. wrk, hey and autocannon only count the bytes of a
stream.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import re
import resource
import shutil
import subprocess
import sys
import tempfile

import load_client

CONNECTIONS = 64
EVENTS = 64
PR_SET_CHILD_SUBREAPER = 36
PATIENCE_S = 600
PYTHON_SHORT, PYTHON_LONG = 500, 3000
GOALS = {"wrk": 0.45, "hey": 1.0, "autocannon": 1.0, "guidellm": 50, "aiperf": 50}
TOKENIZER = """
import sys
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
words = Tokenizer(models.WordLevel({"<unk>": 0, "word": 1}, unk_token="<unk>"))
words.pre_tokenizer = pre_tokenizers.Whitespace()
PreTrainedTokenizerFast(tokenizer_object=words, unk_token="<unk>").save_pretrained(sys.argv[1])
"""


def run(command, **environment):
    """(stdout, CPU-seconds of it and all its descendants), on the client's core."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ran = subprocess.run(["taskset", "-c", load_client.CLIENT_CORE, *map(str, command)],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
                         timeout=PATIENCE_S, env={**os.environ, **environment})
    wait_for_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ran, (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def wait_for_orphans():
    """Ended workers whose parent ended before them are ours, for we are their sub-reaper."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0] != 0:
            pass


def output(ran, codes=(0,)):
    if ran.returncode not in codes:
        raise RuntimeError((ran.stdout + ran.stderr).strip().splitlines()[-1][:200])
    return ran.stdout


class Assay:
    """`assay load` with everything recorded on disk, its report too."""

    def __init__(self, folder):
        self.binary = f"{folder}/assay"

    def measure(self, url, streams, seconds):
        with tempfile.TemporaryDirectory(prefix="assay-peers-") as home:
            ran, cpu_s = run([self.binary, "--home", home, "load", url, "--concurrency",
                              CONNECTIONS, "--for", f"{seconds}s", "--no-calibration", "--json",
                              *([] if streams else ["--no-stream"])])
        # Code 13: on a core of its own the client, not the server, is the limit.
        run_json = json.loads(output(ran, (0, 13)))
        return run_json["requests"]["completed"], cpu_s


class Counting:
    """A client that runs for a time and prints how many replies it got."""

    def __init__(self, command, count):
        self.command, self.count = command, count

    def measure(self, url, _streams, seconds):
        ran, cpu_s = run([*self.command(seconds), url])
        return int(re.search(self.count, output(ran) + ran.stderr).group(1)), cpu_s


class Guidellm:
    def __init__(self, cache):
        self.cache = cache
        self.program = python_program(cache, "guidellm")

    def measure(self, url, streams, requests):
        with tempfile.TemporaryDirectory(prefix="assay-peers-") as folder:
            prompts, result = f"{folder}/prompts.jsonl", f"{folder}/result.json"
            write_prompts(prompts, "prompt", requests)
            backend = (f"kind=openai_http,target={url},model=nothing,validate_backend=false,"
                       f"request_format=/v1/chat/completions,stream={str(streams).lower()}")
            ran, cpu_s = run(
                [self.program, "run", "--backend", backend, "--profile",
                 f"kind=concurrent,streams={CONNECTIONS}", "--constraint",
                 f"kind=max_requests,count={requests}", "--data", f"kind=json_file,path={prompts}",
                 "--tokenizer", f"kind=hf_auto,model={tokenizer(self.cache)}",
                 "--disable-console", "--output", f"kind=json,path={result}"], HF_HUB_OFFLINE="1")
            output(ran)
            metrics = json.loads(pathlib.Path(result).read_text())["benchmarks"][0]["metrics"]
        return metrics["request_totals"]["successful"], cpu_s


class Aiperf:
    def __init__(self, cache):
        self.cache = cache
        self.program = python_program(cache, "aiperf")

    def measure(self, url, streams, requests):
        with tempfile.TemporaryDirectory(prefix="assay-peers-") as folder:
            prompts = f"{folder}/prompts.jsonl"
            write_prompts(prompts, "text", 100)
            ran, cpu_s = run(
                [self.program, "profile", "-m", "nothing", "--url", url, "--endpoint-type", "chat",
                 *(["--streaming"] if streams else []), "--concurrency", CONNECTIONS,
                 "--request-count", requests, "--tokenizer", tokenizer(self.cache), "--input-file",
                 prompts, "--custom-dataset-type", "single_turn", "--ui", "simple",
                 "--artifact-dir", folder, "--no-server-metrics", "--no-gpu-telemetry"])
            output(ran)
            result = json.loads((pathlib.Path(folder) / "profile_export_aiperf.json").read_text())
        return int(result["request_count"]["avg"]), cpu_s


def write_prompts(path, key, count):
    pathlib.Path(path).write_text("".join(
        json.dumps({key: f"Say hello {i}."}) + "\n" for i in range(count)))


def tokenizer(cache):
    """A tokenizer of whole words, for there is no network to get a model's from."""
    folder = cache / "tokenizer"
    if not folder.exists():
        subprocess.run([cache / "guidellm/bin/python", "-c", TOKENIZER, folder], check=True,
                       capture_output=True)
    return folder


def python_program(cache, name):
    """Installed into an environment of its own."""
    program = cache / name / "bin" / name
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", cache / name], check=True)
        subprocess.run([cache / name / "bin/pip", "install", "-q", name], check=True)
    return program


def autocannon(cache):
    folder = cache / "autocannon"
    program = folder / "node_modules/.bin/autocannon"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text("{}")
        subprocess.run(["npm", "install", "autocannon"], cwd=folder, check=True,
                       capture_output=True)
    return program


def installed(name):
    if shutil.which(name) is None:
        raise RuntimeError("not installed")
    return name


def clients(folder, cache):
    """How to make each, by name."""
    post = ["-m", "POST", "-T", "application/json"]
    body = '{"model":"nothing","messages":[{"role":"user","content":"Say hello."}]}'
    return {
        "assay load": lambda: Assay(folder),
        "wrk": lambda: Counting(
            lambda s, program=installed("wrk"): [program, "-t1", f"-c{CONNECTIONS}", f"-d{s}"],
            r"(\d+) requests in"),
        "hey": lambda: Counting(
            lambda s, program=installed("hey"): [
                program, *post, "-d", body, "-z", f"{s}s", "-c", CONNECTIONS, "-cpus", "1"],
            r"\[200\]\s+(\d+) responses"),
        "autocannon": lambda: Counting(
            lambda s, program=autocannon(cache): [
                program, "-j", "-n", "-m", "POST", "-b", body, "-c", CONNECTIONS, "-d", s],
            r'"2xx":(\d+)'),
        "guidellm": lambda: Guidellm(cache),
        "aiperf": lambda: Aiperf(cache),
    }


def rate(folder, client, path, streams, short, long):
    """Requests a CPU-second, without what beginning and ending takes."""
    counts = []
    for work in (short, long):
        with load_client.NullServer(folder) as server:
            counts.append(client.measure(f"http://127.0.0.1:{server.port}/{path}", streams, work))
    (few, short_cpu_s), (many, long_cpu_s) = counts
    return (many - few) / (long_cpu_s - short_cpu_s)


def versions(cache):
    with contextlib.suppress(OSError):
        for name in ("guidellm", "aiperf"):
            shown = subprocess.run([cache / name / "bin/pip", "show", name], capture_output=True,
                                   text=True, check=False).stdout
            print(name, *re.findall(r"^Version: (.*)", shown, re.M), file=sys.stderr)


def main():
    folder = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/release")
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    wanted = {"assay load", *(sys.argv[3:] or GOALS)}
    cache = pathlib.Path("~/.cache/assay-peers").expanduser()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    print("| client | requests per CPU-second | assay's ÷ its | events per CPU-second "
          "| assay's ÷ its | goal | met |\n|:--|--:|--:|--:|--:|--:|:--|")
    own = None
    for name, make in clients(folder, cache).items():
        if name not in wanted:
            continue
        short, long = (PYTHON_SHORT, PYTHON_LONG) if GOALS.get(name) == 50 else (1, 1 + seconds)
        try:
            client = make()
            requests = rate(folder, client, "plain", False, short, long)
            events = EVENTS * rate(folder, client, "stream", True, short, long)
        except (RuntimeError, OSError, subprocess.SubprocessError, AttributeError) as error:
            print(f"| {name} | {error} | | | | | |", flush=True)
            continue
        own = own or (requests, events)
        goal = GOALS.get(name, 1)
        met = "yes" if own[0] / requests >= goal and (
            name == "wrk" or own[1] / events >= goal) else "NO"
        print(f"| {name} | {requests:,.0f} | {own[0] / requests:.2f} | {events:,.0f} | "
              f"{own[1] / events:.2f} | {goal if name in GOALS else ''} | "
              f"{met if name in GOALS else ''} |", flush=True)
    versions(cache)


if __name__ == "__main__":
    main()
