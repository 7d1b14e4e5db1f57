#!/usr/bin/env python3
"""How long `assay shortlist` takes over many model files.

    tests/perf/shortlist_perf.py [ASSAY] [FILES] [RUNS]

ASSAY is the program (default build/release/assay), FILES how many models there are (default 200),
RUNS how often each command is timed (default 5). The models are made in a temporary folder: the
header of an 8B model with a vocabulary of 151,936 tokens and a hole for its weights, every file of
its own. Prints the median and the slowest run, with the files in the page cache.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "catalog"))
from model_file import DenseModel, write_hollow  # noqa: E402: it stands in another folder.


def make_models(folder, count):
    header, weights = DenseModel().header()
    for at in range(count):
        write_hollow(folder / f"model-{at:03}-Q8_0.gguf", header, weights)
    print(f"{count} models, a header of {len(header) / 2**20:.1f} MiB each")


def timed(command, environment, runs):
    seconds = []
    for _ in range(runs + 1):  # The first fills the page cache.
        start = time.monotonic()
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL)
        seconds.append(time.monotonic() - start)
    return seconds[1:]


def main():
    program = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/assay").resolve()
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 5
    with tempfile.TemporaryDirectory(prefix="assay-shortlist-") as name:
        folder = pathlib.Path(name)
        models = folder / "models"
        make_models(models, count)
        environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
        rows = [("local files", ["--local"]), ("files and the shipped table", ["--all"])]
        for title, choice in rows:
            command = [program, "shortlist", "--task", "extraction", "--models", models, *choice]
            seconds = timed(command, environment, runs)
            print(f"{title:<28} median {statistics.median(seconds):.3f} s, "
                  f"slowest {max(seconds):.3f} s of {runs}")


if __name__ == "__main__":
    main()
