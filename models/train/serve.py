"""Starts llama-server for one model and talks to it; standard library only."""

from __future__ import annotations

import json
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A llama-server on this machine, stopped when the `with` block ends."""

    def __init__(self, program: str, model: Path, slots: int = 2, extra: tuple[str, ...] = ()):
        self.port = free_port()
        self.log = tempfile.NamedTemporaryFile(prefix="llama-server-", suffix=".log")
        command = [
            program, "-m", str(model), "--jinja", "--host", "127.0.0.1", "--port", str(self.port),
            "-c", str(2048 * slots), "-np", str(slots), "-t", "1", "-tb", "1", "--offline", *extra,
        ]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=subprocess.STDOUT)

    def __enter__(self) -> "Server":
        for _ in range(600):
            if self.process.poll() is not None:
                raise RuntimeError("llama-server ended early:\n" + self.tail())
            try:
                self.get("/health")
                return self
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.1)
        raise RuntimeError("llama-server did not become ready:\n" + self.tail())

    def __exit__(self, *_) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def tail(self) -> str:
        return Path(self.log.name).read_text(errors="replace")[-2000:]

    def get(self, path: str) -> dict:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as reply:
            return json.load(reply)

    def post(self, path: str, body: dict) -> dict:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            data=json.dumps(body).encode("utf-8"),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=120) as reply:
            return json.load(reply)
