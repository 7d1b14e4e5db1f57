"""Servers that do all that a load tester must survive: each behaviour answers one connection."""

import contextlib
import pathlib
import socket
import ssl
import struct
import subprocess
import threading
import time

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: "
STREAM = HEAD + b"text/event-stream\r\n\r\n"
EVENT = b'data: {"choices":[{"index":0,"delta":{"content":"word"}}]}\n\n'
PIECE = b"x" * (1 << 20)


def whole(content_type, body, claimed=None):
    """A reply; `claimed` is what its Content-Length says in place of the truth."""
    length = len(body) if claimed is None else claimed
    return HEAD + f"{content_type}\r\nContent-Length: {length}\r\n\r\n".encode() + body


def status(line, headers=""):
    return f"HTTP/1.1 {line}\r\n{headers}Content-Length: 0\r\n\r\n".encode()


def sends(reply):
    return lambda connection: connection.sendall(reply)


def hangs(_connection):
    time.sleep(60)


def drips(connection):
    for byte in STREAM + 100 * EVENT:
        connection.sendall(bytes([byte]))
        time.sleep(1)


def sends_a_line_of(size):
    return lambda connection: send_padded(connection, STREAM + b"data: ", size)


def sends_a_document_of(size):
    head = whole("application/json", b'{"choices":"', size)
    return lambda connection: send_padded(connection, head, size)


def sends_a_head_without_end(connection):
    send_padded(connection, b"HTTP/1.1 200 OK\r\nX-Padding: ", 1 << 30)


def send_padded(connection, beginning, size):
    connection.sendall(beginning)
    for _ in range(size // len(PIECE)):
        connection.sendall(PIECE)


def resets(connection):
    connection.sendall(STREAM + EVENT)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class HostileServer:
    """Answers every connection's first request by `behaviour`, then closes it."""

    def __init__(self, behaviour, tls=None):
        self.behaviour, self.tls = behaviour, tls
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        # Who goes before the end, as a client with a deadline does, is nobody's failure.
        with contextlib.suppress(OSError), connection:
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            received = b""
            while b"\r\n\r\n" not in received:
                piece = connection.recv(65536)
                if not piece:
                    return
                received += piece
            self.behaviour(connection)


def self_signed(folder):
    """A TLS context whose certificate nobody vouches for."""
    key, certificate = pathlib.Path(folder) / "key.pem", pathlib.Path(folder) / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def closed_port_url():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
