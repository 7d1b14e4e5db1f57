#!/usr/bin/env python3
"""How often the intervals that `assay load` states hold the truth: waiting times of M/D/1.

    ninja -C build/release assay
    tests/perf/load_queue.py [ASSAY] [SEEDS] [SECONDS]      # build/release/assay 20 20

For every load and seed one run against a twin that serves one request at a time in 2 ms. A row says
how often the 95 % interval of a percentile of the waits held what theory says of the long run; how
often that of the same requests did but for what this machine added to each percentile; and by how
much waits differ from the recursion that the recorded times of sending make.
"""

import pathlib
import statistics
import sys
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "load"))

import load_run  # noqa: E402
import queue_theory  # noqa: E402

SERVICE_MS = 2
SCRIPT = f'[twin]\nslots = 1\nfirst_token_ms = {SERVICE_MS}\n[[rule]]\nreply = "ok"\n'
WARM_UP_S = 2
LOADS = (0.5, 0.8, 0.9)
SHARES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}


class Row:
    """What all seeds say of one percentile at one load."""

    def __init__(self):
        self.supported, self.held, self.held_without_machine = 0, 0, 0
        self.values, self.added = [], []

    def take(self, low, value, high, paper, expected):
        added = value - paper
        self.supported += 1
        self.values.append(value)
        self.added.append(added)
        self.held += low <= expected <= high
        self.held_without_machine += low - added <= expected <= high - added


def measure(assay, load, seed, seconds, rows):
    """One run; returns the median of measured wait - recursion."""
    with tempfile.TemporaryDirectory(prefix="assay-queue-") as folder:
        with load_run.Twin(assay, folder, SCRIPT) as twin:
            ran = load_run.run_load(assay, folder, load_run.scenario(
                twin.url, seed=seed, rate=1e3 * load / SERVICE_MS, warm_up=WARM_UP_S,
                seconds=seconds))
    due_ms = ran.column("due_at_ms")
    paper_ms = [wait for wait, due in zip(queue_theory.waits_ms(due_ms, SERVICE_MS), due_ms)
                if due >= 1e3 * WARM_UP_S]
    figures = ran.json["e2e_scheduled_ms"]
    for name, share in SHARES.items():
        if figures[name] is None:
            continue
        low, value, high = (figures[name + end] - SERVICE_MS for end in ("_low", "", "_high"))
        rows[name].take(low, value, high, queue_theory.quantile(paper_ms, share),
                        SERVICE_MS * queue_theory.wait_quantile(share, load))
    by_sending = sorted(ran.requests, key=lambda row: float(row["sent_at_ms"]))
    recursion_ms = queue_theory.waits_ms([float(row["sent_at_ms"]) for row in by_sending],
                                         SERVICE_MS)
    return statistics.median(float(row["e2e_ms"]) - SERVICE_MS - wait
                             for row, wait in zip(by_sending, recursion_ms))


def main():
    assay = sys.argv[1] if len(sys.argv) > 1 else str(SOURCE / "build/release/assay")
    seeds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    seconds = float(sys.argv[3]) if len(sys.argv) > 3 else 20
    print("| load | wait | M/D/1 | median of runs | supported | held it | held it, without the "
          "machine's part | the machine's part | measured − recursion, median |\n"
          "|--:|:--|--:|--:|--:|--:|--:|--:|--:|")
    for load in LOADS:
        rows = {name: Row() for name in SHARES}
        differences = [measure(assay, load, seed, seconds, rows) for seed in range(1, seeds + 1)]
        for name, row in rows.items():
            start = (f"| {load} | {name} | "
                     f"{SERVICE_MS * queue_theory.wait_quantile(SHARES[name], load):.2f} ms |")
            if row.supported == 0:
                print(start, f"| 0 of {seeds} | | | | |", flush=True)
                continue
            print(start, f"{statistics.median(row.values):.2f} ms | {row.supported} of {seeds} | "
                  f"{row.held} | {row.held_without_machine} | "
                  f"{statistics.median(row.added):.2f} ms | "
                  f"{statistics.median(differences):.2f} ms |", flush=True)


if __name__ == "__main__":
    main()
