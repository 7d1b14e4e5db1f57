#!/usr/bin/env python3
"""Writes the seeds of the GGUF fuzz target, corpus/gguf. They are small on purpose: one valid
header of each kind the parser tells apart."""
import pathlib
import struct

CORPUS = pathlib.Path(__file__).parent / "corpus" / "gguf"


def text(value):
    raw = value.encode()
    return struct.pack("<Q", len(raw)) + raw


def entry(key, kind, value):
    return text(key) + struct.pack("<I", kind) + value


def array(kind, values):
    return struct.pack("<IQ", kind, len(values)) + b"".join(values)


def number(value):
    return struct.pack("<I", value)


def tensor(name, dimensions, kind, offset):
    sizes = b"".join(struct.pack("<Q", size) for size in dimensions)
    return text(name) + number(len(dimensions)) + sizes + number(kind) + struct.pack("<Q", offset)


def write(name, metadata, tensors, version=3, data=b""):
    header = b"GGUF" + struct.pack("<IQQ", version, len(tensors), len(metadata))
    header += b"".join(metadata) + b"".join(tensors)
    header += b"\0" * (-len(header) % 32)
    (CORPUS / name).write_bytes(header + data)


ARCHITECTURE = entry("general.architecture", 8, text("llama"))

write("empty.gguf", [], [])
write("version2.gguf", [ARCHITECTURE], [], version=2)
write(
    "model.gguf",
    [
        ARCHITECTURE,
        entry("llama.block_count", 4, number(2)),
        entry("llama.embedding_length", 4, number(64)),
        entry("llama.attention.head_count", 4, number(4)),
        entry("llama.attention.head_count_kv", 9, array(4, [number(2), number(1)])),
        entry("llama.context_length", 4, number(512)),
        entry("tokenizer.ggml.tokens", 9, array(8, [text("a"), text("b")])),
        entry("general.file_type", 4, number(7)),
    ],
    [tensor("token_embd.weight", [64, 2], 8, 0), tensor("output_norm.weight", [4], 0, 160)],
    data=b"\0" * 192,
)
write(
    "values.gguf",
    [
        entry("a", 0, b"\x01"),
        entry("b", 1, b"\xff"),
        entry("c", 6, struct.pack("<f", 1.5)),
        entry("d", 7, b"\x01"),
        entry("e", 12, struct.pack("<d", 2.5)),
        entry("f", 9, array(9, [array(0, [b"\x01", b"\x02"])])),
    ],
    [],
)
write(
    "window.gguf",
    [
        entry("general.architecture", 8, text("gpt-oss")),
        entry("gpt-oss.block_count", 4, number(4)),
        entry("gpt-oss.attention.sliding_window", 4, number(128)),
        entry("gpt-oss.attention.sliding_window_pattern", 9,
              array(7, [b"\1", b"\0", b"\1", b"\0"])),
        entry("gpt-oss.ssm.state_size", 4, number(16)),
    ],
    [],
)
