#!/usr/bin/env python3
"""How long `assay shortlist` takes over many model files.

    tests/perf/shortlist_perf.py [ASSAY] [FILES] [RUNS]

ASSAY is the program (default build/release/assay), FILES how many models there are (default 200),
RUNS how often each command is timed (default 5). The models are made in a temporary folder: the real
header of an 8B model with a vocabulary of 151,936 tokens (5 MiB each) and a hole for its weights,
every file of its own. Prints the median and the slowest run, with the files in the page cache.
"""

import os
import pathlib
import statistics
import struct
import subprocess
import sys
import tempfile
import time

VOCABULARY = 151_936
LAYERS = 36
EMBEDDING = 4096
FEED_FORWARD = 12288
KEY_VALUE = 1024
Q8_0 = 8
BLOCK_ELEMENTS, BLOCK_BYTES = 32, 34


def text(value):
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def number(key, value):
    return text(key) + struct.pack("<II", 4, value)


def texts(key, values):
    return text(key) + struct.pack("<IIQ", 9, 8, len(values)) + b"".join(map(text, values))


def tensor_list():
    tensors = [("token_embd.weight", EMBEDDING, VOCABULARY),
               ("output.weight", EMBEDDING, VOCABULARY)]
    for layer in range(LAYERS):
        for name, columns, rows in [("attn_q", EMBEDDING, EMBEDDING),
                                    ("attn_k", EMBEDDING, KEY_VALUE),
                                    ("attn_v", EMBEDDING, KEY_VALUE),
                                    ("attn_output", EMBEDDING, EMBEDDING),
                                    ("ffn_gate", EMBEDDING, FEED_FORWARD),
                                    ("ffn_up", EMBEDDING, FEED_FORWARD),
                                    ("ffn_down", FEED_FORWARD, EMBEDDING)]:
            tensors.append((f"blk.{layer}.{name}.weight", columns, rows))
    return tensors


def model_header():
    """(the header's bytes, the bytes of the weights that follow it)."""
    tokens = [f"token{n}" for n in range(VOCABULARY)]
    metadata = [
        text("general.architecture") + struct.pack("<I", 8) + text("qwen3"),
        number("general.file_type", 7),
        number("qwen3.block_count", LAYERS), number("qwen3.context_length", 40960),
        number("qwen3.embedding_length", EMBEDDING),
        number("qwen3.feed_forward_length", FEED_FORWARD),
        number("qwen3.attention.head_count", 32), number("qwen3.attention.head_count_kv", 8),
        number("qwen3.attention.key_length", 128), number("qwen3.attention.value_length", 128),
        texts("tokenizer.ggml.tokens", tokens),
        text("tokenizer.ggml.token_type") +
        struct.pack("<IIQ", 9, 5, VOCABULARY) + struct.pack("<i", 1) * VOCABULARY,
        texts("tokenizer.ggml.merges", [f"ab{n} cd" for n in range(VOCABULARY)]),
    ]
    tensors = tensor_list()
    body = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(metadata)
    offset = 0
    for name, columns, rows in tensors:
        body += text(name) + struct.pack("<IQQIQ", 2, columns, rows, Q8_0, offset)
        offset += columns * rows // BLOCK_ELEMENTS * BLOCK_BYTES
    return body + b"\0" * (-len(body) % 32), offset


def make_models(folder, count):
    header, weights = model_header()
    for at in range(count):
        with open(folder / f"model-{at:03}-Q8_0.gguf", "wb") as file:
            file.write(header)
            file.truncate(len(header) + weights)
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
        models.mkdir()
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
