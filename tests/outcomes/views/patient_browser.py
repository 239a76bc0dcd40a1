"""A patient's browser: the link opened, the year typed, answers sent, as the pages offer it."""

import re
from datetime import datetime
from typing import Any

import time_machine
from django.test import Client

from tests.factories.outcomes import NOW, Sent

KEY = re.compile(r'name="key" value="([0-9a-f-]{36})"')


class Phone:
    """A client without any staff session. ``at`` is the clock of the server."""

    def __init__(self, made: Sent, *, at: datetime = NOW) -> None:
        self.made, self.at, self.client = made, at, Client()

    def get(self, path: str) -> Any:
        with time_machine.travel(self.at, tick=False):
            return self.client.get(path)

    def post(self, path: str, data: dict[str, Any]) -> Any:
        with time_machine.travel(self.at, tick=False):
            return self.client.post(path, data)

    def open(self, year: int | None = None) -> Any:
        return self.post("/q/", {"token": self.made.token, "birth_year": str(year or self.made.year)})

    def key(self, number: int) -> str:
        found = KEY.search(self.get(f"/q/questions/{number}/").content.decode())
        assert found is not None
        return found[1]

    def answer(self, number: int, value: int | None, *, key: str = "") -> Any:
        choice = {"decline": "1"} if value is None else {"answer": str(value)}
        return self.post(f"/q/questions/{number}/", {"key": key or self.key(number)} | choice)


def opened(made: Sent) -> Phone:
    phone = Phone(made)
    assert phone.open().status_code == 302
    return phone
