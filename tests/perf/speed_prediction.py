#!/usr/bin/env python3
"""Predicts and measures the speed of the shipped and of hollow models after one calibration.

Measures through llama-server's own `timings`: prompts are token numbers of an exact count, and
generation starts right behind them. Prints one row for each reading, as a Markdown table. Exits 1
when a row is off by more than the target: a change of the model shows what it broke.

    ninja -C build/release speed_probe
    tests/perf/speed_prediction.py --probe build/release/speed_probe --bandwidth 20e9
"""

import argparse
import contextlib
import fcntl
import json
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
TARGET = 0.15
SHALLOW = 8  # Tokens before the generation that counts as depth 0.
# Enough tokens and tries that a reading takes longer than the clock and the scheduler disturb it.
GENERATED = {True: 256, False: 16}  # By whether the model is tiny.
REPETITIONS = {True: 12, False: 2}

# Name, quantization, layers (0: all), two depths. A few layers have the speed per layer of all,
# fit a small machine and let a slow one process a prompt in seconds. The engine knows DeepSeek's
# lite model by its number of layers.
HOLLOW = [
    ("llama-3.1-8b", "Q4_0", 4, (128, 512)),
    ("llama-3.1-8b", "Q4_K_M", 4, (128, 512)),
    ("qwen3-30b-a3b", "Q4_K_M", 6, (128, 512)),
    ("gemma-3-4b", "Q4_K_M", 8, (128, 1536)),
    ("deepseek-v2-lite", "Q4_K_M", 0, (128, 512)),
    ("llama-3.1-8b", "Q4_0", 0, (128, 512)),
]
SHIPPED = [("pebble-xs", (128, 1024)), ("pebble-s", (128, 1024)), ("pebble-m", (128, 1024))]


@contextlib.contextmanager
def exclusive(lock):
    """Others that use the processor are asked to hold the same lock."""
    if lock is None:
        yield
        return
    with open(lock, "w", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def probe(arguments, *words):
    done = subprocess.run([arguments.probe, *map(str, words)], stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def last_level_cache_bytes():
    sizes = [0]
    for path in pathlib.Path("/sys/devices/system/cpu/cpu0/cache").glob("index*/size"):
        text = path.read_text().strip()
        sizes.append(int(text[:-1]) * {"K": 1 << 10, "M": 1 << 20}[text[-1]])
    return max(sizes)


def engine_folder():
    named = os.environ.get("ASSAY_LLAMA_SERVER")
    if named:
        return pathlib.Path(named).parent
    return pathlib.Path.home() / ".cache/assay/engine/current/bin"


class Server:
    def __init__(self, model, context):
        with socket.socket() as found:
            found.bind(("127.0.0.1", 0))
            self.port = found.getsockname()[1]
        command = [engine_folder() / "llama-server", "--model", model, "--port", self.port]
        command += ["--ctx-size", context, "--parallel", 1, "--fit", "off", "--cache-ram", 0]
        self.process = subprocess.Popen(
            list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self):
        for _ in range(1200):
            if self.process.poll() is not None:
                raise SystemExit("llama-server ended before it was healthy")
            with contextlib.suppress(OSError):
                if urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health").status == 200:
                    return self
            time.sleep(0.1)
        raise SystemExit("llama-server was not healthy within two minutes")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def complete(self, tokens, generated):
        """The timings of a prompt of that many tokens and of what was generated behind it."""
        prompt = [random.randrange(10, 400) for _ in range(tokens)]
        body = {"prompt": prompt, "n_predict": generated, "ignore_eos": True, "cache_prompt": False}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/completion", json.dumps(body).encode()
        )
        return json.load(urllib.request.urlopen(request))["timings"]


def measure(arguments, model, depths, is_tiny):
    """Best decode and prefill tok/s by number of prompt tokens."""
    best = {}
    generated = GENERATED[is_tiny]
    with exclusive(arguments.lock), Server(model, max(depths) + 512) as server:
        server.complete(64, generated)
        for tokens in (SHALLOW, *depths):
            for _ in range(REPETITIONS[is_tiny]):
                timings = server.complete(tokens, generated)
                if timings["prompt_n"] != tokens:
                    raise SystemExit(f"asked for {tokens} tokens, got {timings['prompt_n']}")
                decode, prefill = best.get(tokens, (0, 0))
                best[tokens] = (
                    max(decode, timings["predicted_per_second"]),
                    max(prefill, timings["prompt_per_second"]),
                )
    return best


def rows_of(arguments, speed, name, model, depths):
    is_tiny = model.parent.name == "models"
    measured = measure(arguments, model, depths, is_tiny)
    rows = []
    for tokens in (SHALLOW, *depths):
        depth = tokens + GENERATED[is_tiny] // 2
        predicted = probe(arguments, "predict", speed, model, depth, tokens, "f16")
        decode, prefill = measured[tokens]
        rows.append((name, f"decode at {tokens}", predicted["decode_tps_at_depth"], decode))
        if tokens > SHALLOW:
            rows.append((name, f"prefill of {tokens}", predicted["prefill_tps"], prefill))
    for row in rows:
        print_row(*row)
    return rows


def print_row(name, what, predicted, measured):
    error = predicted["value"] / measured - 1
    inside = "yes" if predicted["low"] <= measured <= predicted["high"] else "no"
    print(
        f"| {name} | {what} | {predicted['value']:.1f} "
        f"| {predicted['low']:.1f} to {predicted['high']:.1f} | {measured:.1f} "
        f"| {100 * error:+.0f} % | {inside} |",
        flush=True,
    )


def calibrate(arguments, folder):
    if arguments.speed:
        return arguments.speed
    started = time.monotonic()
    with exclusive(arguments.lock):
        speed = probe(
            arguments, "calibrate", folder / "probes", arguments.bandwidth, last_level_cache_bytes()
        )
    print(f"calibrated in {time.monotonic() - started:.0f} s", file=sys.stderr)
    path = folder / "speed.json"
    path.write_text(json.dumps(speed))
    return path


def models(arguments, folder):
    """Name, file, depths of each model; a hollow one exists only until the next is asked for."""
    for name, depths in SHIPPED:
        if not arguments.only or arguments.only in name:
            yield name, ROOT / "models" / f"{name}.gguf", depths
    for name, quantization, layers, depths in HOLLOW:
        label = f"{name} {quantization}" + (f", {layers} layers" if layers else "")
        if arguments.only and arguments.only not in label:
            continue
        path = folder / "hollow.gguf"
        path.unlink(missing_ok=True)
        probe(arguments, "hollow", name, quantization, path, layers)
        yield label, path, depths


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--probe", required=True, help="the speed_probe program")
    parser.add_argument("--bandwidth", default="0", help="memory read bandwidth, bytes a second")
    parser.add_argument("--speed", type=pathlib.Path, help="a calibration kept from before")
    parser.add_argument("--only", help="only models whose name has this")
    parser.add_argument("--lock", help="held around everything that is timed")
    arguments = parser.parse_args()
    random.seed(1)
    with tempfile.TemporaryDirectory() as made:
        folder = pathlib.Path(made)
        speed = calibrate(arguments, folder)
        print("| model | reading | predicted tok/s | interval | measured | error | inside |")
        print("|---|---|---:|---:|---:|---:|---|")
        rows = []
        for name, path, depths in models(arguments, folder):
            rows += rows_of(arguments, speed, name, path, depths)
    off = [row for row in rows if abs(row[2]["value"] / row[3] - 1) > TARGET]
    print(f"{len(rows) - len(off)} of {len(rows)} within {TARGET:.0%}", file=sys.stderr)
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
