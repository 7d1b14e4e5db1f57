"""Writes GGUF files with the header of a real model and a hole for its weights."""

import struct

Q8_0, F32 = 8, 0
FILE_TYPE_Q8_0 = 7
BLOCK_ELEMENTS, BLOCK_BYTES = 32, 34


def text(value):
    encoded = value.encode()
    return struct.pack("<Q", len(encoded)) + encoded


def text_entry(key, value):
    return text(key) + struct.pack("<I", 8) + text(value)


def number_entry(key, value):
    return text(key) + struct.pack("<II", 4, value)


def texts_entry(key, values):
    return text(key) + struct.pack("<IIQ", 9, 8, len(values)) + b"".join(map(text, values))


class DenseModel:
    """A dense model of the qwen3 architecture in Q8_0; by default an 8B."""

    def __init__(self, name="model", layers=36, embedding=4096, feed_forward=12288, heads=32,
                 key_value_heads=8, vocabulary=151_936, context=40960):
        self.name = name
        self.layers = layers
        self.embedding = embedding
        self.feed_forward = feed_forward
        self.heads = heads
        self.key_value_heads = key_value_heads
        self.vocabulary = vocabulary
        self.context = context

    def _tensors(self):
        attended, kept = self.heads * 128, self.key_value_heads * 128
        yield "token_embd.weight", self.embedding, self.vocabulary
        yield "output.weight", self.embedding, self.vocabulary
        for layer in range(self.layers):
            for name, columns, rows in [("attn_q", self.embedding, attended),
                                        ("attn_k", self.embedding, kept),
                                        ("attn_v", self.embedding, kept),
                                        ("attn_output", attended, self.embedding),
                                        ("ffn_gate", self.embedding, self.feed_forward),
                                        ("ffn_up", self.embedding, self.feed_forward),
                                        ("ffn_down", self.feed_forward, self.embedding)]:
                yield f"blk.{layer}.{name}.weight", columns, rows

    def _metadata(self):
        count = self.vocabulary
        return [
            text_entry("general.architecture", "qwen3"),
            text_entry("general.name", self.name),
            number_entry("general.file_type", FILE_TYPE_Q8_0),
            number_entry("qwen3.block_count", self.layers),
            number_entry("qwen3.context_length", self.context),
            number_entry("qwen3.embedding_length", self.embedding),
            number_entry("qwen3.feed_forward_length", self.feed_forward),
            number_entry("qwen3.attention.head_count", self.heads),
            number_entry("qwen3.attention.head_count_kv", self.key_value_heads),
            number_entry("qwen3.attention.key_length", 128),
            number_entry("qwen3.attention.value_length", 128),
            texts_entry("tokenizer.ggml.tokens", [f"token{n}" for n in range(count)]),
            text("tokenizer.ggml.token_type") + struct.pack("<IIQ", 9, 5, count) +
            struct.pack("<i", 1) * count,
            texts_entry("tokenizer.ggml.merges", [f"ab{n} cd" for n in range(count)]),
        ]

    def header(self):
        """(the header's bytes, how many bytes of weights follow it)."""
        tensors, metadata = list(self._tensors()), self._metadata()
        body = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata)) + b"".join(metadata)
        offset = 0
        for name, columns, rows in tensors:
            body += text(name) + struct.pack("<IQQIQ", 2, columns, rows, Q8_0, offset)
            offset += columns * rows // BLOCK_ELEMENTS * BLOCK_BYTES
        return body + b"\0" * (-len(body) % 32), offset

    def write(self, path):
        write_hollow(path, *self.header())


def write_hollow(path, header, weight_bytes):
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        file.write(header)
        file.truncate(len(header) + weight_bytes)
