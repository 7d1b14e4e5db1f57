#!/usr/bin/env python3
"""Compares `assay gguf estimate` with what llama-server holds, by component.

    tests/perf/memory_prediction.py [--assay PROGRAM] [--prompt TOKENS] [--contexts N N] [MODEL ...]

MODEL is a GGUF file or `shape:NAME:QUANTIZATION` for a hollow model (`assay gguf hollow --list`);
`!no-repack` behind it starts the server so. Without any: the shipped models and the hollow ones of
MODELS below. Each is started at two contexts with the flags of assay's own guests, answers one
prompt, and is ended. A model whose prediction does not leave 2 GiB free is skipped, and said so.

Prints a table in MiB and exits 1 when a resident size differs by more than 5 % and 32 MiB.
"""

import argparse
import contextlib
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

SOURCE = pathlib.Path(__file__).resolve().parents[2]
SERVER = pathlib.Path.home() / ".cache/assay/engine/current/bin/llama-server"
MODELS = [
    *sorted(str(path) for path in (SOURCE / "models").glob("*.gguf")),
    "shape:llama-3.1-8b:Q4_0",
    "shape:gemma-3-4b:Q4_K_M",
    "shape:deepseek-v2-lite:Q4_K_M!no-repack",
    "shape:granite-4.0-h-micro:Q4_K_M",
    "shape:lfm2-1.2b:Q4_K_M",
    "shape:qwen3-30b-a3b:Q4_K_M!no-repack",
]
CONTEXTS = (4096, 16384)
MEBIBYTE = 1 << 20
SPARE_MEBIBYTES = 2048
SHARE_MOST = 0.05
MEBIBYTES_MOST = 32
LOAD_S = 300
ANSWER_S = 600
BUFFER = re.compile(r"(\S+) +(model|output|compute|KV|RS) buffer size = +([\d.]+) MiB")
COMPONENTS = ("repacked", "cache", "compute", "output", "resident")


def prediction(assay, model, context, flags):
    """The estimate's record, bytes by component in MiB."""
    command = [assay, "gguf", "estimate", model, "--ctx", str(context), "--slots", "1", "--json"]
    record = json.loads(subprocess.run([*command, *flags], check=True, capture_output=True).stdout)
    return {
        "repacked": record["repack_bytes"] / MEBIBYTE,
        "cache": record["kv_bytes"] / MEBIBYTE,
        "compute": record["compute_bytes"] / MEBIBYTE,
        "output": record["output_bytes"] / MEBIBYTE,
        "resident": record["resident_bytes"] / MEBIBYTE,
    }


def free_port():
    with contextlib.closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def await_health(server, url, log_path):
    deadline = time.monotonic() + LOAD_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    last = log_path.read_text(errors="replace").splitlines()[-8:]
    raise RuntimeError("the server did not become healthy:\n" + "\n".join(last))


def answer(url, prompt_tokens):
    """Touches the buffers: a prompt of so many tokens and four more generated."""
    body = {"prompt": [10 + i % 200 for i in range(prompt_tokens)], "n_predict": 4}
    request = urllib.request.Request(
        f"{url}/completion",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=ANSWER_S) as reply:
        reply.read()


def resident_peak(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the kernel tells no peak")


def buffers(log):
    """What the server said it reserved, in MiB."""
    sizes = dict.fromkeys(COMPONENTS, 0.0)
    for device, kind, size in BUFFER.findall(log):
        if kind == "model":
            sizes["repacked"] += float(size) if device == "CPU_REPACK" else 0
        else:
            sizes[{"KV": "cache", "RS": "cache"}.get(kind, kind)] += float(size)
    return sizes


def measurement(program, model, context, flags, prompt_tokens, log_path):
    port = free_port()
    command = [program, "--model", model, "--ctx-size", str(context), "--parallel", "1"]
    command += ["--fit", "off", "--cache-ram", "0", "--jinja", "--no-webui", "-lv", "4"]
    command += ["--host", "127.0.0.1", "--port", str(port), *flags]
    with open(log_path, "wb") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        await_health(server, url, log_path)
        answer(url, prompt_tokens)
        peak = resident_peak(server.pid)
    finally:
        server.kill()
        server.wait()
    sizes = buffers(log_path.read_text(errors="replace"))
    sizes["resident"] = peak
    return sizes


def available_mebibytes():
    for line in pathlib.Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable"):
            return int(line.split()[1]) / 1024
    return 0


def resolve(assay, word, folder):
    """The model's file and name, and the flags that its word asks for."""
    word, _, flag = word.partition("!")
    flags = [f"--{flag}"] if flag else []
    if not word.startswith("shape:"):
        return word, pathlib.Path(word).stem, flags
    _, shape, quantization = word.split(":")
    path = str(folder / f"{shape}.gguf")
    subprocess.run(
        [assay, "gguf", "hollow", shape, path, "--quantization", quantization],
        check=True,
        capture_output=True,
    )
    return path, f"{shape} {quantization}", flags


def compare(name, flags, context, predicted, measured):
    """Prints one row and tells whether the resident size is near enough."""
    cells = "".join(f"{predicted[part]:>9.0f}{measured[part]:>9.0f}" for part in COMPONENTS)
    difference = predicted["resident"] - measured["resident"]
    near = abs(difference) <= max(MEBIBYTES_MOST, SHARE_MOST * measured["resident"])
    share = difference / measured["resident"]
    label = f"{name}{' ' + ' '.join(flags) if flags else ''}"
    print(f"{label:<42}{context:>7}{cells}{share:>+8.1%}{'' if near else '  TOO FAR'}", flush=True)
    return near


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--assay", default=str(SOURCE / "build/dev/assay"))
    parser.add_argument("--server", default=str(SERVER))
    parser.add_argument("--prompt", type=int, default=560)
    parser.add_argument("--contexts", type=int, nargs="+", default=CONTEXTS)
    parser.add_argument("models", nargs="*", metavar="MODEL")
    arguments = parser.parse_args()
    columns = "".join(f"{part:>18}" for part in COMPONENTS)
    print(f"{'MiB: predicted, measured':<42}{'context':>7}{columns}  resident off by")
    near = True
    with tempfile.TemporaryDirectory(prefix="assay-memory-") as name:
        folder = pathlib.Path(name)
        for word in arguments.models or MODELS:
            model, label, flags = resolve(arguments.assay, word, folder)
            for context in arguments.contexts:
                predicted = prediction(arguments.assay, model, context, flags)
                if predicted["resident"] + SPARE_MEBIBYTES > available_mebibytes():
                    print(f"{label:<42}{context:>7}  skipped: {predicted['resident']:.0f} MiB "
                          "are predicted, too much beside what runs here")
                    continue
                measured = measurement(arguments.server, model, context, flags, arguments.prompt,
                                       folder / "server.log")
                near = compare(label, flags, context, predicted, measured) and near
    sys.exit(0 if near else 1)


if __name__ == "__main__":
    main()
