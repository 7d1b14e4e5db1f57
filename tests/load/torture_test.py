"""Whatever a server does, `assay load` ends, says what it was and stays small."""

import collections
import concurrent.futures
import json
import pathlib
import subprocess
import tempfile
import time
import unittest

import hostile_server as server
import load_run

Case = collections.namedtuple("Case", "name failure behaviour")

HTML = b"<!doctype html><html><body>Welcome to nginx!</body></html>"
REPLY = b'{"choices":[{"index":0,"finish_reason":"stop","message":{"content":"word"}}]}'
BYTES_MANY = 1 << 30
RESIDENT_MB_MOST = 200
AT_ONCE = 4

CASES = [
    Case("HTML with status 200", "malformed", server.sends(server.whole("text/html", HTML))),
    Case("closes in the middle of an event", "cut",
         server.sends(server.STREAM + server.EVENT + server.EVENT[:30])),
    Case("closes without a word", "cut", lambda connection: None),
    Case("resets after an event", "cut", server.resets),
    Case("never answers", "timeout", server.hangs),
    Case("a byte a second", "timeout", server.drips),
    Case("a line of 1 GiB", "malformed", server.sends_a_line_of(BYTES_MANY)),
    Case("a JSON document of 1 GiB", "malformed",
         server.sends_a_document_of(BYTES_MANY)),
    Case("a head without end", "malformed", server.sends_a_head_without_end),
    Case("invalid UTF-8", "malformed",
         server.sends(server.STREAM + server.EVENT.replace(b"word", b"\xff\xfe\xc0")
                      + b"data: [DONE]\n\n")),
    Case("broken JSON", "malformed",
         server.sends(server.STREAM + b'data: {"choices":[{]\n\ndata: [DONE]\n\n')),
    Case("speaks something else", "malformed", server.sends(b"220 mail ESMTP ready\r\n")),
    Case("Content-Length too large", "cut",
         server.sends(server.whole("application/json", REPLY, len(REPLY) + 100))),
    Case("Content-Length too small", "malformed",
         server.sends(server.whole("application/json", REPLY, len(REPLY) - 20))),
    Case("redirects", "http_4xx",
         server.sends(server.status("302 Found", "Location: http://127.0.0.1:1/v1\r\n"))),
    Case("400", "http_4xx", server.sends(server.status("400 Bad Request"))),
    Case("429 with Retry-After", "rate_limited",
         server.sends(server.status("429 Too Many Requests", "Retry-After: 1\r\n"))),
    Case("500", "http_5xx", server.sends(server.status("500 Internal Server Error"))),
    Case("an untrusted certificate", "tls", server.sends(server.whole("text/plain", b"hello"))),
    Case("nothing listens", "connect", None),
]


def peak_resident_mb(process):
    """The most that a process, watched to its end, ever held."""
    peak_kb = 0
    while process.poll() is None:
        for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                peak_kb = max(peak_kb, int(line.split()[1]))
        time.sleep(0.02)
    return peak_kb * 1024 / 1e6


def attack(case, folder):
    """(exit code, JSON or None, stderr, peak MB) of a short run against that server."""
    folder = folder / case.name.replace(" ", "-")
    folder.mkdir()
    tls = server.self_signed(folder) if case.failure == "tls" else None
    if case.behaviour is None:
        return run(folder, server.closed_port_url())
    with server.HostileServer(case.behaviour, tls) as hostile:
        return run(folder, hostile.url)


def run(folder, url):
    scenario = folder / "scenario.toml"
    scenario.write_text(load_run.scenario(url, rate=10, seconds=1, timeout_s=1))
    with open(folder / "out", "w", encoding="utf-8") as out, \
            open(folder / "err", "w", encoding="utf-8") as err:
        process = subprocess.Popen(
            [load_run.assay_under_test(), "--home", str(folder), "load", "run", str(scenario),
             "--json"], stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        peak_mb = peak_resident_mb(process)
    text = (folder / "out").read_text()
    return (process.returncode, json.loads(text) if text else None,
            (folder / "err").read_text(), peak_mb)


class TortureTest(unittest.TestCase):
    def test_every_server_is_survived_and_named(self):
        with tempfile.TemporaryDirectory(prefix="assay-torture-") as folder, \
                concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            results = list(pool.map(lambda case: attack(case, pathlib.Path(folder)), CASES))
        print("| the server | requests | said to be | exit code | resident, at most |")
        for case, (code, result, err, peak_mb) in zip(CASES, results):
            with self.subTest(case.name):
                self.assertIsNotNone(result, err)
                failed = {name: count for name, count in result["requests"]["failed"].items()
                          if count > 0}
                said = ", ".join(f"{name} {count}" for name, count in failed.items())
                print(f"| {case.name} | {result['requests']['sent']} | {said} | {code} | "
                      f"{peak_mb:.0f} MB |")
                self.assertEqual(set(failed), {case.failure})
                self.assertEqual(result["requests"]["completed"], 0)
                self.assertEqual(code, load_run.SERVER_FAILED, err)
                self.assertLess(peak_mb, RESIDENT_MB_MOST)


if __name__ == "__main__":
    unittest.main()
