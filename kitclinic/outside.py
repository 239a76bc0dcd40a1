"""One question to another server over HTTP, with limits; never inside a transaction."""

import base64
import time
from http.client import HTTPException
from typing import IO
from urllib.error import URLError
from urllib.parse import quote_plus, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, OpenerDirector, ProxyHandler, Request, build_opener

from django.db import transaction

CHUNK = 64 * 1024
LOCAL = ("localhost", "127.0.0.1", "::1")


class NoAnswerError(Exception):
    """The other server did not answer, or not as agreed; the message says how, without its words."""

    for_logs = True  # kitclinic.logs writes it out


class _NoRedirect(HTTPRedirectHandler):
    """A token goes to the server it is for, and nowhere else."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def post(address: str, body: bytes, *, content_type: str, token: str, within_s: float, most: int) -> bytes:
    """Return the body of a 200 answer. within_s: to its last byte; most: bytes.

    Raises NoAnswerError for everything else, RuntimeError inside a transaction: it would wait with its locks held.
    """
    headers = {"Content-Type": content_type, "Accept": content_type}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    return _sent(address, body, headers, within_s=within_s, most=most)


def ask(
    address: str, *, body: dict[str, str] | None, basic: tuple[str, str] | None, within_s: float, most: int
) -> bytes:
    """Return the body of a 200 answer: to a GET, or to a form's POST. basic: a client's name and secret.

    Raises as ``post`` does.
    """
    headers = {"Accept": "application/json"}
    if basic is not None:
        both = ":".join(map(quote_plus, basic)).encode()  # RFC 6749 2.3.1
        headers["Authorization"] = f"Basic {base64.b64encode(both).decode()}"
    return _sent(address, urlencode(body).encode() if body else None, headers, within_s=within_s, most=most)


def _sent(address: str, body: bytes | None, headers: dict[str, str], *, within_s: float, most: int) -> bytes:
    if transaction.get_connection().in_atomic_block:
        raise RuntimeError("another server is asked outside of transactions")
    ends = time.monotonic() + within_s
    request = Request(address, data=body, headers=headers | {"User-Agent": "kitclinic"})  # noqa: S310  (https, checked when entered)
    try:
        with _opener(address).open(request, timeout=within_s) as answer:
            if answer.status != 200:
                raise NoAnswerError(f"status {answer.status}")
            return _read(answer, ends=ends, most=most)
    except (URLError, HTTPException, OSError, ValueError) as error:
        raise NoAnswerError(f"{type(error).__name__}: {str(error)[:120]}") from error


def _opener(address: str) -> OpenerDirector:
    direct = [ProxyHandler({})] if urlsplit(address).hostname in LOCAL else []
    return build_opener(_NoRedirect, *direct)


def _read(answer: IO[bytes], *, ends: float, most: int) -> bytes:
    found = b""
    while chunk := answer.read(CHUNK):
        found += chunk
        if len(found) > most:
            raise NoAnswerError(f"more than {most} bytes")
        if time.monotonic() > ends:
            raise NoAnswerError("too slow")
    return found
