"""tools/catalog/refresh.py on headers made here: rows are added and renewed, and nothing else."""

import datetime
import http.server
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import threading
import tomllib
import unittest

ROOT = pathlib.Path(os.environ.get("ASSAY_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
PROGRAM = ROOT / "tools" / "catalog" / "refresh.py"

TABLE = '''# What the table is for.

[[model]]
name = "old"
title = "Old One"
family = "Oldies"
architecture = "llama"
kinds = ["base"]
parameters_billion = 7.0
license = "MIT"
vocabulary = 5
date = 2024-01-01
source = "https://example.org/old"
[model.shape]
block_count = 1

[[model]]
name = "other"
title = "Other"
family = "Others"
architecture = "llama"
kinds = ["instruct"]
parameters_billion = 1.0
license = "MIT"
vocabulary = 5
date = 2024-01-01
source = "https://example.org/other"
[model.shape]
block_count = 2
'''


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def entry(key, kind, value):
    return text(key) + struct.pack("<I", kind) + value


def header(extra=b"", extras=0, tensors=()):
    """A header of a mixture of four experts, with tokens enough to be left out."""
    metadata = [
        entry("general.architecture", 8, text("qwen3moe")),
        entry("general.name", 8, text("Tiny Thinking Coder")),
        entry("general.license", 8, text("apache-2.0")),
        entry("qwen3moe.block_count", 4, struct.pack("<I", 2)),
        entry("qwen3moe.expert_count", 4, struct.pack("<I", 4)),
        entry("qwen3moe.expert_used_count", 4, struct.pack("<I", 1)),
        entry("qwen3moe.rope.freq_base", 6, struct.pack("<f", 1e-5)),
        entry("qwen3moe.attention.head_count_kv", 9, struct.pack("<IQ2I", 4, 2, 8, 0)),
        entry("qwen3moe.vocab_size", 4, struct.pack("<I", 1000)),
        entry("tokenizer.ggml.tokens", 9,
              struct.pack("<IQ", 8, 1000) + b"".join(text(f"t{n}") for n in range(1000))),
    ]
    tensors = tensors or [("token_embd.weight", [64, 1000]),
                          ("blk.0.ffn_up_exps.weight", [64, 64, 4])]
    body = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata) + extras)
    body += b"".join(metadata) + extra
    for name, dimensions in tensors:
        body += text(name) + struct.pack("<I", len(dimensions))
        body += b"".join(struct.pack("<Q", dimension) for dimension in dimensions)
        body += struct.pack("<IQ", 0, 0)
    return body


class Refresh(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.table = self.folder / "models.toml"
        self.table.write_text(TABLE)

    def model(self, content):
        path = self.folder / "model.gguf"
        path.write_bytes(content)
        return str(path)

    def run_it(self, name, model):
        return subprocess.run(
            [sys.executable, "-B", PROGRAM, "--table", self.table, "--name", name, "--date",
             "2026-01-02", model], capture_output=True, text=True, check=False, timeout=60)

    def rows(self):
        return {row["name"]: row for row in tomllib.loads(self.table.read_text())["model"]}

    def refusal(self, content):
        run = self.run_it("new", self.model(content))
        self.assertEqual(run.returncode, 1, run.stdout)
        self.assertNotIn("Traceback", run.stderr)
        self.assertEqual(self.table.read_text(), TABLE)
        return run.stderr

    def test_new_row_has_what_the_header_says(self):
        run = self.run_it("new", self.model(header() + b"\0" * 100))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("look over", run.stderr)
        row = self.rows()["new"]
        self.assertEqual(row["architecture"], "qwen3moe")
        self.assertEqual(row["vocabulary"], 1000)
        self.assertTrue(row["tied_embedding"])
        self.assertEqual(row["kinds"], ["reasoning", "coder"])
        self.assertEqual(row["date"], datetime.date(2026, 1, 2))
        self.assertEqual(row["shape"], {
            "block_count": 2, "expert_count": 4, "expert_used_count": 1,
            "rope.freq_base": 1e-5, "attention.head_count_kv": [8, 0]})
        # 64,000 of the embedding and 16,384 of experts, a quarter of which is used.
        self.assertAlmostEqual(row["parameters_billion"], 80384 / 1e9, 7)
        self.assertAlmostEqual(row["active_billion"], 68096 / 1e9, 6)
        self.assertTrue(self.table.read_text().startswith(TABLE.rstrip("\n")))

    def test_renewed_row_keeps_what_no_header_tells(self):
        run = self.run_it("old", self.model(header()))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertIn("renewed", run.stdout)
        row = self.rows()["old"]
        self.assertEqual(row["family"], "Oldies")
        self.assertEqual(row["parameters_billion"], 7.0)
        self.assertEqual(row["source"], "https://example.org/old")
        self.assertEqual(row["architecture"], "qwen3moe")
        self.assertEqual(row["date"], datetime.date(2026, 1, 2))
        self.assertEqual(self.rows()["other"], tomllib.loads(TABLE)["model"][1])

    def test_url_is_read_by_ranges(self):
        content = header() + b"\0" * (4 << 20)
        ranges = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                first, last = self.headers["Range"].removeprefix("bytes=").split("-")
                ranges.append((int(first), int(last)))
                piece = content[int(first):int(last) + 1]
                self.send_response(206)
                self.send_header("Content-Length", str(len(piece)))
                self.end_headers()
                self.wfile.write(piece)

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/m.gguf"
            run = self.run_it("new", url)
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.rows()["new"]["source"], url)
        self.assertLess(sum(last - first + 1 for first, last in ranges), len(content) / 2)

    def test_damaged_files_change_nothing(self):
        whole = header()
        self.assertIn("no GGUF", self.refusal(b"PK\x03\x04" + whole))
        self.assertIn("version 9", self.refusal(b"GGUF" + struct.pack("<I", 9) + whole[8:]))
        for length in range(0, len(whole), 997):
            self.refusal(whole[:length])
        huge = entry("x", 8, struct.pack("<Q", 1 << 62))
        self.assertIn("claims", self.refusal(header(huge, 1)))
        nested = entry("x", 9, struct.pack("<IQ", 9, 1) + struct.pack("<IQ", 9, 1))
        self.assertIn("inside arrays", self.refusal(header(nested, 1)))
        self.assertIn("unknown type", self.refusal(header(entry("x", 77, b""), 1)))

    def test_shipped_model_gives_a_row(self):
        run = self.run_it("pebble-xs", str(ROOT / "models" / "pebble-xs.gguf"))
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(self.rows()["pebble-xs"]["shape"]["block_count"], 3)


if __name__ == "__main__":
    unittest.main()
