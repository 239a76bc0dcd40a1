"""Heads go to an S3-compatible store as they go to a file, and come back signed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import pytest

from kitclinic.chain_heads import ForgedHeadError, Head, read, ship, shipped, signed

AT = datetime(2026, 3, 11, 14, 42, tzinfo=UTC)
HEAD = Head("juniper", 7, "ab" * 32, AT)


class Store(BaseHTTPRequestHandler):
    """The three requests of S3 that are used: put an object, list them, get one. Unsigned requests are refused."""

    objects: dict[str, bytes] = {}

    def answer(self, status: int, body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in (
            ("Content-Length", str(len(body))),
            ("ETag", '"0"'),
            ("Content-Type", "application/xml"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers["Content-Length"]))
        if not self.headers.get("Authorization", "").startswith("AWS4-HMAC-SHA256 Credential=key/"):
            return self.answer(403)
        self.objects[unquote(urlsplit(self.path).path)] = data
        return self.answer(200)

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if "list-type" not in parts.query:
            return self.answer(200, self.objects[unquote(parts.path)])
        prefix = parse_qs(parts.query)["prefix"][0]
        names = [name.removeprefix("/kept/") for name in self.objects]
        found = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>1</Size><ETag>0</ETag><StorageClass>STANDARD</StorageClass>"
            "<LastModified>2026-03-11T14:42:00.000Z</LastModified></Contents>"
            for name in names
            if name.startswith(prefix)
        )
        return self.answer(
            200,
            f'<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><IsTruncated>false</IsTruncated>'
            f"<Name>kept</Name>{found}</ListBucketResult>".encode(),
        )

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def bucket(settings: Any) -> Iterator[dict[str, bytes]]:
    Store.objects = {}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Store)
    Thread(target=server.serve_forever, daemon=True).start()
    settings.CHAIN_STORE = f"s3://key:secret%2F1@127.0.0.1:{server.server_port}/kept/clinic"
    yield Store.objects
    server.shutdown()
    server.server_close()


def test_a_store_is_added_to_and_read_in_order(bucket: dict[str, bytes]) -> None:
    later = Head("juniper", 9, "cd" * 32, AT + timedelta(hours=1))
    ship([HEAD])
    ship([later])
    ship([])
    assert len(bucket) == 2
    assert all(name.startswith("/kept/clinic/heads-") for name in bucket)
    assert [read(line) for line in shipped()] == [HEAD, later]


def test_a_head_comes_back_as_it_was_signed() -> None:
    assert read(signed(HEAD)) == HEAD


@pytest.mark.parametrize(
    "line", ["", "{}", "[]", '{"head": "{}", "signature": "0"}', signed(HEAD).replace("7", "8")]
)
def test_a_line_we_did_not_sign_is_refused(line: str) -> None:
    with pytest.raises(ForgedHeadError):
        read(line)


def test_another_key_signs_otherwise(settings: Any) -> None:
    line = signed(HEAD)
    settings.CHAIN_KEY = "another"
    with pytest.raises(ForgedHeadError, match="not signed by us"):
        read(line)
