#!/usr/bin/env python3
"""Writes the seeds of the column file fuzz target, corpus/column_file: small files of the columns
`a` and `b`, whole, cut and odd. Needs the zstandard package. The frames carry no checksum, so that
a mutated one gets past the decompressor."""
import pathlib
import struct

import zstandard

CORPUS = pathlib.Path(__file__).parent / "corpus" / "column_file"
HEAD = b"assay-columns 1 a:delta b:plain\n"


def varint(value):
    value = (value << 1) ^ (value >> 63)
    coded = b""
    while value >= 0x80:
        coded += bytes([value & 0x7F | 0x80])
        value >>= 7
    return coded + bytes([value])


def frame(raw, checksum=False):
    return zstandard.ZstdCompressor(level=1, write_checksum=checksum).compress(raw)


def block(rows, *frames):
    sizes = b"".join(struct.pack("<I", len(each)) for each in frames)
    return b"BLCK" + struct.pack("<I", rows) + sizes + b"".join(frames)


def coded(values):
    return b"".join(map(varint, values))


def end(rows):
    return b"END." + struct.pack("<Q", rows)


SMALL = block(3, frame(coded([1000, 5, -5])), frame(coded([1, 0, -1])))
WIDE = block(2, frame(coded([2**63 - 1, -(2**63)])), frame(coded([2**62, -1])))
LONG = block(400, frame(coded([7] * 400), True), frame(coded(range(400)), True))

SEEDS = {
    "empty": HEAD + end(0),
    "small": HEAD + SMALL + end(3),
    "wide": HEAD + WIDE + SMALL + end(5),
    "long": HEAD + LONG + end(400),
    "cut": HEAD + SMALL + WIDE[:-3],
    "zeros": HEAD + SMALL + bytes(64),
    "turned": b"assay-columns 1 c:plain b:plain a:delta\n"
              + block(1, frame(b"\x02"), frame(b"\x04"), frame(b"\x06")) + end(1),
    "overlong": HEAD + block(1, frame(b"\xff" * 9 + b"\x01"), frame(b"\x80\x80\x00")) + end(1),
    "later_version": b"assay-columns 2 a:delta\n",
}

CORPUS.mkdir(parents=True, exist_ok=True)
for name, content in SEEDS.items():
    (CORPUS / name).write_bytes(content)
