"""A connection that fails: between browser and server, it loses answers, hangs, or refuses, as a test decides.

Every request has a connection of its own, so that the browser never repeats one by itself on an old one.
"""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Fate = Literal["pass", "drop", "hang", "refuse"]
END = b"\r\n\r\n"
LENGTH = re.compile(rb"content-length: (\d+)", re.I)
CONNECTION = re.compile(rb"\r\nconnection: [^\r]*", re.I)


@dataclass
class Proxy:
    """fate: of a request, by its first line. fates: what became of those that were not only passed on.

    drop: the server has answered, so the act is committed; the browser never hears of it.
    """

    server: int
    fate: Callable[[str], Fate]
    address: str = ""
    fates: list[tuple[str, Fate]] = field(default_factory=list)
    answered: list[tuple[str, int]] = field(
        default_factory=list
    )  # first line and status of what the browser heard
    hanging: list[socket.socket] = field(default_factory=list)

    def serve(self, listening: socket.socket) -> None:
        with suppress(OSError):  # closed at the end of the test
            while True:
                client, _ = listening.accept()
                threading.Thread(target=self._one, args=(client,), daemon=True).start()

    def _one(self, client: socket.socket) -> None:
        with suppress(OSError):
            request = _read(client)
            if not request:
                client.close()
                return
            line = request.split(b"\r\n", 1)[0].decode()
            fate = self.fate(line)
            self.fates.append((line, fate))
            answer = b"" if fate == "refuse" else self._ask(request)
            if fate == "hang":
                self.hanging.append(client)
                return
            if fate == "pass":
                self.answered.append((line, int(answer.split(b" ", 2)[1])))
                client.sendall(answer)
            client.close()

    def _ask(self, request: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.server)) as server:
            head, _, body = request.partition(END)
            server.sendall(CONNECTION.sub(b"", head) + b"\r\nConnection: close" + END + body)
            return _to_end(server)


def _read(client: socket.socket) -> bytes:
    """One whole request."""
    data = b""
    while END not in data:
        more = client.recv(65536)
        if not more:
            return b""
        data += more
    head, _, body = data.partition(END)
    length = LENGTH.search(head)
    while length and len(body) < int(length[1]):
        body += client.recv(65536)
    return head + END + body


def _to_end(server: socket.socket) -> bytes:
    parts = []
    while more := server.recv(65536):
        parts.append(more)
    return b"".join(parts)


@contextmanager
def proxy(server: str, fate: Callable[[str], Fate]) -> Iterator[Proxy]:
    """A proxy in front of this server's address, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
        made = Proxy(int(server.rpartition(":")[2]), fate, f"http://localhost:{listening.getsockname()[1]}")
        threading.Thread(target=made.serve, args=(listening,), daemon=True).start()
        yield made
        for one in made.hanging:
            one.close()
