"""Passwords that leaked elsewhere are refused, without asking anybody outside (SIN-05).

The file is the one that haveibeenpwned.com gives out for offline use, or any like it: one SHA-1 in hexadecimal a
line, sorted, with or without ":count". It has tens of gigabytes, so it is searched by halves, never read whole.
"""

import hashlib
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError

from kitclinic.sign_in_rules import SIN_05

BREACHED = "This password was found in a breach of another service, so others know it. Choose another one."
DIGEST = 40  # hexadecimal digits of a SHA-1
LONGEST_LINE = 64


class BreachedPasswordValidator:
    """Refuses what stands in the file that KITCLINIC_BREACHED_PASSWORDS names; nothing where none is named."""

    def validate(self, password: str, user: object = None) -> None:
        if settings.BREACHED_PASSWORDS and is_breached(password, Path(settings.BREACHED_PASSWORDS)):
            raise ValidationError(BREACHED, code=SIN_05.id)

    def get_help_text(self) -> str:
        return "Your password must not be known from a breach of another service."


def is_breached(password: str, path: Path) -> bool:
    """Whether the password's SHA-1 stands in this sorted file. About 35 short reads in 40 GB."""
    wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
    with path.open("rb") as file:
        low, high = 0, path.stat().st_size  # the line wanted begins in [low, high)
        while high - low > LONGEST_LINE:
            middle = (low + high) // 2
            found = _line_after(file, middle)
            if found and found[:DIGEST].upper() <= wanted:
                low = middle
            else:
                high = middle
        return _stands_between(file, low, high, wanted)


def _line_after(file: BinaryIO, offset: int) -> bytes:
    """The first whole line that begins after this place, or at it where a line begins there."""
    file.seek(max(offset - 1, 0))
    if offset:
        file.readline()
    return file.readline().strip()


def _stands_between(file: BinaryIO, low: int, high: int, wanted: bytes) -> bool:
    file.seek(max(low - 1, 0))
    if low:
        file.readline()
    while True:
        here = file.tell()
        line = file.readline().strip()
        if not line or here > high + LONGEST_LINE:
            return False
        if line[:DIGEST].upper() == wanted:
            return True
